"""Parquet: writes rows as columns, whose types are found from all rows before any is written."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from runners.data.numbers import dump, exceeds_floats
from runners.data.rows import Fields
from runners.data.texts import has_surrogate
from runners.errors import UsageError
from runners.extras import import_extra

_ROWS = 1000
"""Rows held in memory at a time, and in a row group of a file."""
_FIELDS = 100
"""Most fields of an object to have columns of their own; a larger one is written as JSON text."""


def write_parquet(
    rows: Iterable[Fields], files: Iterable[tuple[Path, Iterable[Fields]]]
) -> list[str]:
    """Write files with the same columns; return the names of those written as JSON text.

    `rows` are the rows of all files; they are read before the first file is asked for. A column is
    written as JSON text if its values have no common type, such as numbers and texts, or a type
    that Parquet does not have. A field that a row lacks is null. Raises UsageError without pyarrow,
    or if the name of a field can't be stored.
    """
    parquet = import_extra("pyarrow.parquet", "Parquet files", "data")
    columns = _Columns()
    for batch in _batches(rows):
        columns.add(batch)
    if columns.widened:
        for batch in _batches(rows):
            columns.try_out(batch)
    for path, own in files:
        path.parent.mkdir(parents=True, exist_ok=True)
        with parquet.ParquetWriter(path, columns.schema(), compression="zstd") as writer:
            for batch in _batches(own):
                writer.write_table(columns.table(batch))
    return columns.as_json


class _Columns:
    """The columns of rows and their types, in the order in which they first occur."""

    def __init__(self) -> None:
        self._arrow = import_extra("pyarrow", "Parquet files", "data")
        self._unfit = (self._arrow.ArrowException, OverflowError, UnicodeEncodeError)
        self._types: dict[str, Any] = {}
        """pyarrow's data types; None for a column of JSON text."""
        self.widened: set[str] = set()
        """Columns whose type became another one after their first rows."""

    @property
    def as_json(self) -> list[str]:
        """The names of the columns of JSON text."""
        return [name for name, type_ in self._types.items() if type_ is None]

    def add(self, rows: list[Fields]) -> None:
        """Widen the columns' types so that they hold these rows, too. Raises UsageError."""
        for name in dict.fromkeys(name for row in rows for name in row):
            if has_surrogate(name):
                raise UsageError(f"field {name!r}: half a surrogate pair is no name in Parquet")
            found = self._type_of([row.get(name) for row in rows])
            common = self._common(self._types[name], found) if name in self._types else found
            if self._types.setdefault(name, common) != common:
                self._types[name] = common
                self.widened.add(name)

    def try_out(self, rows: list[Fields]) -> None:
        """Make those columns JSON text that can't hold some value in their final type.

        A whole number of 17 digits has no float, say, though numbers and floats have a type.
        """
        for name in self.widened - {*self.as_json}:
            try:
                self._arrow.array([row.get(name) for row in rows], self._types[name])
            except self._unfit:
                self._types[name] = None

    def schema(self) -> Any:
        """The columns as a pyarrow.Schema."""
        fields = [(name, type_ or self._arrow.string()) for name, type_ in self._types.items()]
        return self._arrow.schema(fields)

    def table(self, rows: list[Fields]) -> Any:
        """Rows as a pyarrow.Table."""
        columns = [
            [_as_json(row, name) if type_ is None else row.get(name) for row in rows]
            for name, type_ in self._types.items()
        ]
        schema = self.schema()
        arrays = [self._arrow.array(*each) for each in zip(columns, schema.types, strict=True)]
        return self._arrow.Table.from_arrays(arrays, schema=schema)

    def _type_of(self, values: list[Any]) -> Any:
        """The type of all values; None if there is none."""
        try:
            type_ = self._arrow.array(values).type
        except self._unfit:
            return None
        if exceeds_floats(values):
            return None
        if self._arrow.types.is_timestamp(type_) and any(map(_has_nanoseconds, values)):
            return self._arrow.timestamp("ns", type_.tz)
        return type_ if self._is_storable(type_) else None

    def _common(self, one: Any, other: Any) -> Any:
        """A type that holds the values of both; None if there is none."""
        if one is None or other is None:
            return None
        schemas = [self._arrow.schema([("column", type_)]) for type_ in (one, other)]
        try:
            unified = self._arrow.unify_schemas(schemas, promote_options="permissive")
        except self._arrow.ArrowException:
            return None
        type_ = unified.field(0).type
        return type_ if self._is_storable(type_) else None

    def _is_storable(self, type_: Any) -> bool:
        """Whether Parquet has the type: it has no object without fields, at any depth."""
        types = self._arrow.types
        if types.is_struct(type_):
            inner = [type_.field(index).type for index in range(type_.num_fields)]
            return 0 < len(inner) <= _FIELDS and all(map(self._is_storable, inner))
        return not types.is_list(type_) or self._is_storable(type_.value_type)


def _has_nanoseconds(time: Any) -> bool:
    """Whether a time is pandas' own kind, and finer than the microseconds that pyarrow infers."""
    return getattr(time, "nanosecond", 0) != 0


def _as_json(row: Fields, name: str) -> str | None:
    return dump(row[name], is_ascii=True) if row.get(name) is not None else None


def _batches(rows: Iterable[Fields]) -> Iterator[list[Fields]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, _ROWS)):
        yield batch
