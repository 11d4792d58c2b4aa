"""From Python: `evolve`, `aevolve`, `compare`, `calibrate`, the command line's own.

Begin with `evolve.py`.
"""
