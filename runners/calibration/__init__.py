"""Calibration (`coevol calibrate`): can a judge tell your responses from twins known to be worse?

Start with `run.py`. `spoiling.py` makes the twins, `report.py` counts, `recommending.py` decides.
"""
