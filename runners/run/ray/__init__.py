"""A run on a Ray cluster: the same samples through actors, and one driver that keeps everything."""
