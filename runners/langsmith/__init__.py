"""Datasets, experiments and people's reviews in LangSmith: `coevol langsmith`.

`push.py`, `experiment.py`, `queue.py` and `verdicts.py` are its four commands.
"""
