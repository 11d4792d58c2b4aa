"""Comparison (`coevol compare`): which of two sets of responses is better?

Start with `run.py`. `judging.py` asks the judge in both orders, `report.py` counts the outcomes.
"""
