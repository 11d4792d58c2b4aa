"""A run watched from outside: metrics that are served or sent, and a command for its end."""
