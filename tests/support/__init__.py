"""What tests and benches use: a loopback model, an oracle, rows to evolve."""
