"""Does a judge do its job on your data? `coevol calibrate`: responses against twins known as worse.

Begin with `run.py`; `spoiling.py` makes the twins, `report.py` counts, `recommending.py` decides.
"""
