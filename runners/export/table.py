"""Tables: writes rows as Parquet, in the layout of the dataset or another."""

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
        """`source` is the format of the run's rows; their layout is kept if `shape` is None."""
        self._shape: ShapeName | None = shape
        self._shards = shards
        if shape is not None:
            self.optional = optional_fields(shape, source)

    def row(self, item: Item, notes: Counter[str]) -> Fields:
        """The row in the wanted layout. Raises Unfit."""
        return item.fields if self._shape is None else reshape(item, self._shape, notes)

    def write(self, spool: Spool, folder: Path) -> list[str]:
        """Write data.parquet, or several files below `data`."""
        return self.write_rows(spool, folder, Path("data.parquet"))

    def write_rows(self, spool: Spool, folder: Path, whole: Path) -> list[str]:
        """Write the rows to the file `whole`, or several; return remarks for the user."""
        columns = write_parquet(spool, self._shards.divide(spool, folder, whole))
        names = [name if name.isprintable() else repr(name) for name in columns]
        told = f"columns without a common type, written as JSON: {', '.join(names)}"
        return [told] if names else []
