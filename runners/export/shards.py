"""Shards: divides rows among files of limited size, named as on the Hugging Face Hub.

data/train-00000-of-00012.parquet
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from runners.data.rows import Fields
from runners.export.spool import Spool

SHARD_ROWS = 250_000
"""Most rows in a file by default: about 500 MB of text."""


class Shards:
    """Divides rows among files."""

    def __init__(self, rows: int | None) -> None:
        """`rows` is the most rows in a file; None for one file, unless there are very many rows."""
        self._rows = rows

    def divide(
        self, spool: Spool, folder: Path, whole: Path
    ) -> Iterator[tuple[Path, Iterator[Fields]]]:
        """Yield each file with its rows, which must be read before the next file is asked for.

        `whole` is the file name if one file holds all rows, relative to `folder`.
        """
        if self._rows is None and spool.rows <= SHARD_ROWS:
            yield folder / whole, iter(spool)
            return
        rows, most = iter(spool), self._rows or SHARD_ROWS
        count = -(-spool.rows // most)
        for number in range(count):
            name = f"train-{number:05}-of-{count:05}{whole.suffix}"
            yield folder / "data" / name, islice(rows, most)
