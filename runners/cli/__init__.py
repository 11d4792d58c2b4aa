"""The command line: `coevol`, a file for each subject. Begin with `app.py`.

Heavy imports stand in the functions that need them.
"""
