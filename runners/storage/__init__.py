"""How things are kept: SQLite written in groups, the journal of answers, whole files or none.

Begin with `database.py`; `journal.py` is why no answered call is paid twice.
"""
