"""How things are kept: SQLite written in groups, the journal of answers, whole files or none.

Begin with `database.py`, or with `reader.py` for whoever only looks; `journal.py` is why no
answered call is paid twice.
"""
