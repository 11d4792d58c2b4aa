"""Exports: writes a finished run as data to train on.

Start with `export.py`; `targets.py` lists what can be made.
"""
