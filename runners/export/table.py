"""Tables: rows as Parquet, in the input's own layout or another."""

from collections import Counter
from pathlib import Path

from runners.data.formats import Format
from runners.data.rows import Fields
from runners.export.parquet import write_parquet
from runners.export.shapes import ShapeName, reshape
from runners.export.shards import Shards
from runners.export.source import Item
from runners.export.spool import Spool
from runners.export.target import RowTarget, optional_fields


class TableTarget(RowTarget):
    """The run's rows as Parquet."""

    def __init__(self, source: Format, shape: ShapeName | None, shards: Shards) -> None:
        """Without a shape, rows go out in that of the input."""
        self._shape: ShapeName | None = shape
        self._shards = shards
        if shape is not None:
            self.optional = optional_fields(shape, source)

    def row(self, item: Item, notes: Counter[str]) -> Fields:
        """Lay the row out."""
        return item.fields if self._shape is None else reshape(item, self._shape, notes)

    def write(self, spool: Spool, folder: Path) -> list[str]:
        """Write data.parquet, or shards."""
        return self.write_rows(spool, folder, Path("data.parquet"))

    def write_rows(self, spool: Spool, folder: Path, whole: Path) -> list[str]:
        """Write the rows to a file of that name, or shards; return what is to know of them."""
        columns = write_parquet(spool, self._shards.divide(spool, folder, whole))
        names = [name if name.isprintable() else repr(name) for name in columns]
        told = f"columns without a common type, written as JSON: {', '.join(names)}"
        return [told] if names else []
