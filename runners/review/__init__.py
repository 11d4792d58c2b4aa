"""`coevol review`: a page on this machine where people judge rounds, blind, by keyboard.

Begin with `session.py`, which knows what is next; `server.py` lets the page ask it.
"""
