"""People: which judged rounds they are shown, their verdicts, and the consequences.

Start with `rounds.py`. `verdicts.py` keeps the file in the run folder, `overruling.py` applies it.
"""
