"""The spool: keeps an export's rows on disk until all of them are known.

Trainers expect all rows of a file to have the same fields, so whether there is a `system` must be
known before the first row is written.
"""

import pickle
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import BinaryIO, cast

from runners.data.rows import Fields
from runners.export.dialogue import Unfit


class Spool:
    """Rows in a temporary file, which can be read any number of times."""

    def __init__(self, folder: Path, optional: Iterable[str]) -> None:
        """Keep the rows on the disk of `folder`, because /tmp may be in memory.

        `optional` are fields that all rows have, and that are removed if they are empty in all.
        Raises OSError.
        """
        self.rows = 0
        self._optional = frozenset(optional)
        self._unused = set(self._optional)
        # Pickled, since rows from Parquet hold dates and bytes. Nobody else can open this file.
        self._file = cast("BinaryIO", TemporaryFile(dir=folder))  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, fields: Fields) -> None:
        """Add a row. Raises Unfit if it is nested too deeply to be pickled."""
        try:
            packed = pickle.dumps(fields, pickle.HIGHEST_PROTOCOL)
        except RecursionError:
            raise Unfit("nested too deeply") from None
        self._file.write(packed)
        self._unused -= {name for name in self._unused if fields[name]}
        self.rows += 1

    def has(self, name: str) -> bool:
        """Whether some row has something in this optional field."""
        return name in self._optional - self._unused

    def __iter__(self) -> Iterator[Fields]:
        """Yield the rows in the order in which they were added."""
        self._file.seek(0)
        for _ in range(self.rows):
            fields = cast("Fields", pickle.load(self._file))  # noqa: S301 - written above
            yield {name: value for name, value in fields.items() if name not in self._unused}
