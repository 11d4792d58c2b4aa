"""Watches a run from outside: metrics that are served or sent, and a command at its end."""
