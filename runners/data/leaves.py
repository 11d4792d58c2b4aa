"""Leaves: whatever stands in a value of JSON, however deeply it is nested."""

from collections.abc import Iterator
from typing import Any, cast


def leaves_of(value: Any) -> Iterator[Any]:
    """Yield the values in lists and objects that are neither, in no particular order.

    Without recursion: a row may be nested more deeply than Python's calls.
    """
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            left.extend(cast("dict[Any, Any]", each).values())
        elif isinstance(each, list | tuple):
            left.extend(cast("list[Any]", each))
        else:
            yield each
