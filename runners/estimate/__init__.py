"""What a run would use, before anything is sent: computed, or scaled from a pilot.

Start with `run.py`.
"""
