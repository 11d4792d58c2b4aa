"""Shards: rows divided among files of a bearable size, named in the manner of the Hugging Face Hub.

data/train-00000-of-00012.parquet
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from runners.data.rows import Fields
from runners.export.spool import Spool

SHARD_ROWS = 250_000
"""Rows above which a file is divided by default: about 500 MB of text."""


class Shards:
    """How rows are divided among files."""

    def __init__(self, rows: int | None) -> None:
        """`rows` go into each file; if None, all into one, unless that would be a large one."""
        self._rows = rows

    def divide(
        self, spool: Spool, folder: Path, whole: Path
    ) -> Iterator[tuple[Path, Iterator[Fields]]]:
        """Yield each file with its rows, which are to be read before the next file is asked for.

        `whole` is the name of the file that has all of them.
        """
        if self._rows is None and spool.rows <= SHARD_ROWS:
            yield folder / whole, iter(spool)
            return
        rows, most = iter(spool), self._rows or SHARD_ROWS
        count = -(-spool.rows // most)
        for number in range(count):
            name = f"train-{number:05}-of-{count:05}{whole.suffix}"
            yield folder / "data" / name, islice(rows, most)
