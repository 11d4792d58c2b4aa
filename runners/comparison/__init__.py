"""Which of two sets of responses is better? `coevol compare`: pairs, a two-order judge, win rates.

Begin with `run.py`; `judging.py` asks the judge, `report.py` counts.
"""
