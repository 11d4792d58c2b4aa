"""The run folder: a run's settings, the record of each row, and the files that it writes.

Start with `folder.py`. `ledger.py` keeps the records, `outputs.py` writes the files.
"""
