"""Targets: what an export can be made for."""

from collections import Counter
from pathlib import Path
from typing import Protocol

from runners.export.files import write_jsonl
from runners.export.shapes import ShapeName, reshape
from runners.export.source import Item
from runners.export.spool import Spool
from runners.formats import Format
from runners.rows import Fields


class Target(Protocol):
    """One kind of export: first rows are taken in, one by one, then all files are written."""

    optional: tuple[str, ...]
    """Fields that its rows have only if some row has something in them."""

    def rows(self, item: Item, notes: Counter[str]) -> list[Fields]:
        """Make the export's rows of one of the run's. Raises Unfit if there is no place for it.

        `notes` counts what a person should know that was done to rows.
        """
        ...

    def write(self, spool: Spool, folder: Path) -> list[str]:
        """Write the files; return what to do with them, a line each."""
        ...


class ShapeTarget:
    """The run's rows in one of the layouts that datasets have, as JSONL."""

    def __init__(self, shape: ShapeName, source: Format) -> None:
        self._shape: ShapeName = shape
        self.optional = optional_fields(shape, source)

    def rows(self, item: Item, notes: Counter[str]) -> list[Fields]:
        """Lay the row out."""
        return [reshape(item, self._shape, notes)]

    def write(self, spool: Spool, folder: Path) -> list[str]:
        """Write data.jsonl."""
        write_jsonl(folder / "data.jsonl", spool)
        return []


def optional_fields(shape: ShapeName, source: Format) -> tuple[str, ...]:
    """The fields that rows of a shape may do without; none where they stay as they are."""
    return ("system", "history") if shape == "alpaca" and source.name != "alpaca" else ()
