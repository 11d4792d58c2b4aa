"""Batches: calls that wait go to a provider together, for half the price and some hours' time.

Begin with `courier.py`, which takes them there and brings the answers back; `sender.py` is what a
caller knows of it, `protocol.py` what a provider must be able to do.
"""
