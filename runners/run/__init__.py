"""A run: a dataset evolved in its folder, from the first check to the last file.

Begin with `execute.py`; `engine.py` evolves many samples at once, `ray/` does so over a cluster.
"""
