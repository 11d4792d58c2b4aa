"""Looks at a dataset before anything is run, without asking any model: `coevol data`.

Start with `counting.py`.
"""
