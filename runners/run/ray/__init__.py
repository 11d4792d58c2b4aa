"""A run on a Ray cluster: actors evolve the samples, and one driver keeps all results."""
