"""The reading that looks at a whole dataset: its format, every row, its hash; each byte once."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import NamedTuple

from runners.data.dataset import KEEP, PEEK, Dataset
from runners.data.formats import Task
from runners.data.rows import Row
from runners.errors import UsageError


class ReadRow(NamedTuple):
    """A row and what it gives to a graph."""

    row: Row
    task: Task | None
    """None of a bad row, which is kept."""
    fault: str = ""
    """What is bad about it."""


class Reading:
    """One reading of all rows of a dataset that can be wanted, in order."""

    def __init__(self, dataset: Dataset) -> None:
        """Read the first rows, and find the format. Raises UsageError, StorageError."""
        self.dataset = dataset
        dataset.stamp()
        self.mark = dataset.mark()
        """What is the same as long as nobody has touched the data, as it was before it was read."""
        self._hashing = dataset.hashing()
        rows = dataset.rows(self._hashing)
        first = list(islice(rows, PEEK))
        dataset.find_format(first)
        self.first = first
        """The first rows, among which the format was looked for."""
        self.notes = [row.note for row in first if row.note is not None]
        """What a person should know of how the rows are read."""
        self._rows = chain(first, rows)
        self.sha256: str | None = None
        """The hash of all files, in hex, once they were finished; None if they are on no disk."""

    def __iter__(self) -> Iterator[ReadRow]:
        """Yield the rows. Raises UsageError at a bad one that is not kept, StorageError."""
        for row in self._rows:
            yield self._checked(row)

    def finish(self) -> None:
        """Hash what is left of the files, such as what comes after a limit. Raises UsageError."""
        if self._hashing is not None:
            self.sha256 = self._hashing.hexdigest()

    def _checked(self, row: Row) -> ReadRow:
        try:
            return ReadRow(row, self.dataset.read(row))
        except UsageError as error:
            if self.dataset.bad_rows == "stop":
                raise UsageError(f"{error}; {KEEP}") from None
            return ReadRow(row, None, str(error))
