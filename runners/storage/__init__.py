"""Storage: SQLite with grouped writes, the journal of answers, and files that are whole or absent.

Start with `database.py`, or with `reader.py` for read access; `journal.py` is why no answered call
is paid twice.
"""
