"""The run folder: what a run was told, what became of each row, and the files that it leaves.

Begin with `folder.py`; `ledger.py` has a record for each row that is done, `outputs.py`
writes the files.
"""
