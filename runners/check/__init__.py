"""Check: what may be wrong with the responses of a finished run; the rules are `nodes.guards`."""
