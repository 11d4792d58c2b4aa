"""How tests of calls evolve rows."""

from collections.abc import Callable

from tests.runners.commands import Result

Evolve = Callable[..., Result]
"""Evolves rows in a folder: `evolve(folder, server, rows, *options)`."""
