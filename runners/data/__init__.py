"""Rows in: whatever a dataset is kept in becomes samples and conversations, one after another.

Begin with `dataset.py`; `sources.py` finds the files, `formats.py` instruction
and response.
"""
