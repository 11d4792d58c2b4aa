"""The eight calls of an iteration by other tools, each in an environment of its own.

Each adapter does what that tool's documentation tells a competent user to do: its asynchronous way,
concurrency for 64 slots, and no cache that would answer in the endpoint's place.
"""
