"""A page on this machine on which people judge rounds, blind, by keyboard: `coevol review`.

Start with `session.py`, which knows which round is next; `server.py` lets the page ask it.
"""
