"""From Python: `evolve` and `aevolve`, the command line's own run. Begin with `evolve.py`."""
