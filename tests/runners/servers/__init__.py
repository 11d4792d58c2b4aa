"""Other people's servers as real processes: `make test-servers`."""
