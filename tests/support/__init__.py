"""What tests and benches stand on: a model to talk to, an oracle, rows to evolve."""
