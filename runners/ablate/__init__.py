"""The five frameworks of section 4.1 over the same rows: `coevol ablate`. Begin with `run.py`."""
