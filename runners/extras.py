"""Packages that only some people need, imported where they are used."""

from importlib import import_module
from typing import Any

from runners.errors import UsageError


def import_extra(name: str, what: str, extra: str) -> Any:
    """Import a package that only some people need. Raises UsageError that says how to get it."""
    try:
        return import_module(name)
    except ImportError:
        raise UsageError(f"{what} need: pip install 'coevol[{extra}]'") from None
