"""The command line, `coevol`: a file for each subject. Start with `app.py`.

Heavy imports are inside the functions that need them.
"""
