"""Guards: pure checks for flaws in an edit, one file per kind of flaw. Start with `flaws.py`.

User-defined guards (`own.py`) are the exception: they may have side effects.
"""
