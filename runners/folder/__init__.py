"""The run folder: what a run was told, what became of each row, and the files that it leaves.

Begin with `folder.py`; `ledger.py` has a record for each finished row, `outputs.py`
writes the files.
"""
