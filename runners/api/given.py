"""Data as callers in Python give it: a path, or rows."""

import os
from collections.abc import Iterable

from runners.errors import UsageError

AnyPath = str | os.PathLike[str]


def check_data(data: object) -> None:
    """Raise UsageError for what can't be a dataset."""
    if not isinstance(data, str | os.PathLike | Iterable):
        kind = type(data).__name__
        raise UsageError(f"data: must be a path, or rows that are dicts, but is {kind}")
