"""The reading of a whole dataset in one pass: its format, its rows and its hash."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import NamedTuple

from runners.data.dataset import KEEP, PEEK, Dataset
from runners.data.formats import Task
from runners.data.rows import Row
from runners.errors import UsageError


class ReadRow(NamedTuple):
    """A row and its task."""

    row: Row
    task: Task | None
    """None for a bad row that is kept."""
    fault: str = ""
    """Why the row is bad."""


class Reading:
    """One reading of all rows of a dataset that may be wanted, in order."""

    def __init__(self, dataset: Dataset) -> None:
        """Read the first rows, and find the format. Raises UsageError, StorageError."""
        self.dataset = dataset
        dataset.stamp()
        self.mark = dataset.mark()
        """The dataset's fingerprint before reading, which changes whenever the data may have."""
        self._hashing = dataset.hashing()
        rows = dataset.rows(self._hashing)
        first = list(islice(rows, PEEK))
        dataset.find_format(first)
        self.first = first
        """The first rows, from which the format was found."""
        self.notes = [row.note for row in first if row.note is not None]
        """What the user should know about how the rows are read."""
        self._rows = chain(first, rows)
        self.sha256: str | None = None
        """The hash of all files in hex, once they are read to their end; None if they are not
        local."""

    def __iter__(self) -> Iterator[ReadRow]:
        """Yield the rows. Raises UsageError at a bad row unless these are kept, StorageError."""
        for row in self._rows:
            yield self._checked(row)

    def finish(self) -> None:
        """Hash the rest of the files, such as what follows a limit. Raises UsageError."""
        if self._hashing is not None:
            self.sha256 = self._hashing.hexdigest()

    def _checked(self, row: Row) -> ReadRow:
        try:
            return ReadRow(row, self.dataset.read(row))
        except UsageError as error:
            if self.dataset.bad_rows == "stop":
                raise UsageError(f"{error}; {KEEP}") from None
            return ReadRow(row, None, str(error))
