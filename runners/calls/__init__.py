"""Calls out: from an agent's question to its model's answer, tried, limited, counted and kept.

Begin with `caller.py`, which sends one call; `admission.py` says when it may go,
`faults.py` what an error means.
"""
