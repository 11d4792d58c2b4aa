"""Guards: what may be wrong with an edit, a file for a kind. Pure. Begin with `flaws.py`.

The user's own guards (`own.py`) are the exception: they may do anything.
"""
