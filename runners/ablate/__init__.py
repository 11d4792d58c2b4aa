"""Evolves the same rows by each of the paper's five frameworks (section 4.1): `coevol ablate`.

Start with `run.py`.
"""
