"""Targets: how an export turns a run's rows into files."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from runners.data.formats import Format
from runners.data.rows import Fields
from runners.export.files import write_jsonl
from runners.export.shapes import ShapeName, reshape
from runners.export.shards import Shards
from runners.export.source import Item
from runners.export.spool import Spool


class Target(Protocol):
    """A kind of export. Rows are taken in one by one; then all files are written."""

    unit: str
    """What it exports: `rows` or `pairs`."""
    optional: tuple[str, ...]
    """Fields to be removed from all rows if they are empty in all."""

    def parts(self, item: Item, notes: Counter[str]) -> Iterable[Item]:
        """Divide a row of the run into parts, each checked for flaws and exported by itself."""
        ...

    def row(self, item: Item, notes: Counter[str]) -> Fields:
        """The exported row for a part. Raises Unfit if the target can't hold it.

        `notes` counts changes that the user should know about, by description.
        """
        ...

    def write(self, spool: Spool, folder: Path) -> list[str]:
        """Write the files; return remarks for the user, a line each."""
        ...


class RowTarget:
    """A target that exports one row for each row of the run."""

    unit = "rows"
    optional: tuple[str, ...] = ()

    def parts(self, item: Item, notes: Counter[str]) -> Iterable[Item]:
        """The row, undivided."""
        return [item]


class ShapeTarget(RowTarget):
    """The run's rows as JSONL, in one of the common layouts."""

    def __init__(self, shape: ShapeName, source: Format, shards: Shards) -> None:
        self._shape: ShapeName = shape
        self._shards = shards
        self.optional = optional_fields(shape, source)

    def row(self, item: Item, notes: Counter[str]) -> Fields:
        """The row in that layout. Raises Unfit."""
        return reshape(item, self._shape, notes)

    def write(self, spool: Spool, folder: Path) -> list[str]:
        """Write data.jsonl, or several files below `data`."""
        for path, rows in self._shards.divide(spool, folder, Path("data.jsonl")):
            write_jsonl(path, rows)
        return []


def optional_fields(shape: ShapeName, source: Format) -> tuple[str, ...]:
    """The `Target.optional` of a shape; empty for rows that have the shape already."""
    return ("system", "history") if shape == "alpaca" and source.name != "alpaca" else ()
