"""Finds what may be wrong with the responses of a run; the rules are `nodes.guards`.

Start with `check.py`.
"""
