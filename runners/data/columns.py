"""Columns: tables as pandas writes them by default, `{"column": {"0": ..., "1": ...}, ...}`."""

from collections.abc import Iterator
from typing import Any, TypeGuard, cast

from runners.data.rows import Fields


def are_columns(value: Any) -> TypeGuard["dict[str, Fields]"]:
    """Whether a value is such a table: objects that have the same numbers as keys."""
    columns = list(cast("Fields", value).values()) if isinstance(value, dict) else []
    if not columns or not all(isinstance(each, dict) for each in columns):
        return False
    keys = list(columns[0])
    return bool(keys) and all(map(str.isdigit, keys)) and all(list(c) == keys for c in columns)


def rows_of(columns: dict[str, Fields]) -> Iterator[Fields]:
    """Yield the rows of a table, in the order of its first column."""
    for key in next(iter(columns.values())):
        yield {name: column[key] for name, column in columns.items()}
