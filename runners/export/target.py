"""Targets: what an export can be made for."""

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
    """One kind of export: first rows are taken in, one by one, then all files are written."""

    unit: str
    """What its rows are: `rows`, or `pairs`."""
    optional: tuple[str, ...]
    """Fields that its rows have only if some row has something in them."""

    def parts(self, item: Item, notes: Counter[str]) -> Iterable[Item]:
        """Divide a row of the run into what is looked at for flaws, and exported, by itself."""
        ...

    def row(self, item: Item, notes: Counter[str]) -> Fields:
        """Make the export's row of a part. Raises Unfit if there is no place for it.

        `notes` counts what a person should know that was done to rows.
        """
        ...

    def write(self, spool: Spool, folder: Path) -> list[str]:
        """Write the files; return what to know of them, a line each."""
        ...


class RowTarget:
    """A target whose rows are those of the run."""

    unit = "rows"
    optional: tuple[str, ...] = ()

    def parts(self, item: Item, notes: Counter[str]) -> Iterable[Item]:
        """The row itself."""
        return [item]


class ShapeTarget(RowTarget):
    """The run's rows in one of the layouts that datasets have, as JSONL."""

    def __init__(self, shape: ShapeName, source: Format, shards: Shards) -> None:
        self._shape: ShapeName = shape
        self._shards = shards
        self.optional = optional_fields(shape, source)

    def row(self, item: Item, notes: Counter[str]) -> Fields:
        """Lay the row out."""
        return reshape(item, self._shape, notes)

    def write(self, spool: Spool, folder: Path) -> list[str]:
        """Write data.jsonl, or shards."""
        for path, rows in self._shards.divide(spool, folder, Path("data.jsonl")):
            write_jsonl(path, rows)
        return []


def optional_fields(shape: ShapeName, source: Format) -> tuple[str, ...]:
    """The fields that rows of a shape may do without; none where they stay as they are."""
    return ("system", "history") if shape == "alpaca" and source.name != "alpaca" else ()
