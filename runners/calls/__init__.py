"""Calls: takes an agent's question to its model, with retries, limits, accounting and journal.

Start with `caller.py`, which makes one call; `admission.py` says when it may be sent, `faults.py`
what an error means.
"""
