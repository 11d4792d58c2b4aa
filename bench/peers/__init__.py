"""The eight calls of an iteration by other tools, each in an environment of its own.

Each adapter does it as that tool's own documentation tells a competent user to: its asynchronous
path, concurrency for 64 slots, its cache off where it would answer in the endpoint's stead.
"""
