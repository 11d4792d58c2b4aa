"""Guards: what may be wrong with an edit, a file for a kind. Pure. Begin with `flaws.py`."""
