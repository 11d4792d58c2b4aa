"""What people say of a run's judged rounds: which they see, their verdicts, and what follows.

Begin with `rounds.py`; `verdicts.py` has the file in the run folder, `overruling.py` what it does.
"""
