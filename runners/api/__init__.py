"""The Python API: `evolve`, `aevolve`, `compare` and `calibrate`, as on the command line.

Start with `evolve.py`.
"""
