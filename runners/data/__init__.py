"""Data: reads datasets of any kind as samples and conversations, one row after another.

Start with `dataset.py`. `sources.py` finds the files, `formats.py` the instruction and response.
"""
