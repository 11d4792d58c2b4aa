"""A run: a dataset evolved in its folder, from the first check to the last file.

Start with `execute.py`. `engine.py` evolves many samples at once, `ray/` does so on a cluster.
"""
