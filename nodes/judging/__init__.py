"""Judging: what a judge's words say about two responses. Pure. Begin with `ruling.py`."""
