"""The dataset of a run: its file, which rows of it are wanted, and their order."""

from collections.abc import Callable, Iterator
from functools import cached_property
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from runners.errors import UsageError
from runners.evolution import Record
from runners.files import files_of, is_hub, read_rows
from runners.formats import Format, Task, find_format
from runners.ledger import Ledger
from runners.rows import Row, digest

_PEEK = 100
"""Rows among which the format is looked for."""


class Selection(BaseModel):
    """Which rows of the file are wanted; ids do not depend on it."""

    model_config = ConfigDict(extra="forbid")

    limit: int | None = None
    offset: int = 0
    where_id: list[str] = []


class Recorded(NamedTuple):
    """A row and what became of it."""

    position: int
    """From 0, in the whole input."""
    row: Row
    id: str
    record: Record | None
    """None if it is not finished."""


class Dataset:
    """A dataset, as it was when it was checked."""

    def __init__(self, path: Path, selection: Selection, format: Format | None = None) -> None:
        """Without a format, the one that the first rows look like is taken."""
        self.path, self.selection = path, selection
        self._given = format
        self._stamp: tuple[tuple[int, int], ...] | None = None

    @cached_property
    def format(self) -> Format:
        """The format that was given or found. Raises UsageError if none fits."""
        return self._given or find_format(list(islice(self.rows(), _PEEK)))

    def rows(self) -> Iterator[Row]:
        """Yield the rows of the file up to the last one that can be wanted. Raises UsageError."""
        limit = self.selection.limit
        end = None if limit is None else self.selection.offset + limit
        self._check_unchanged()
        yield from islice(read_rows(self.path), end)
        self._check_unchanged()

    def selected(self) -> Iterator[Row]:
        """Yield the rows from the offset to the limit, whatever their ids. Raises UsageError."""
        yield from islice(self.rows(), self.selection.offset, None)

    def check(self) -> None:
        """Read every row that can be wanted. Raises UsageError at the first that is none."""
        self._stamp = self._read_stamp()
        for row in self.rows():
            self.format.read(row)

    def scan(self, ledger: Ledger, check: Callable[[], None] | None = None) -> None:
        """Take down the selected rows in the ledger. Raises UsageError if there are none.

        `check` looks at the outcome; if it raises, the ledger stays as it was.
        """
        ids = set(self.selection.where_id)

        def is_selected(position: int, id: str) -> bool:
            return position >= self.selection.offset and (not ids or id in ids)

        def check_selected() -> None:
            if ledger.counts().rows == 0:
                raise UsageError(f"{self.path}: no row is selected; see --offset and --where-id")
            if check is not None:
                check()

        self._stamp = self._stamp or self._read_stamp()
        ledger.scan((digest(row.fields) for row in self.rows()), is_selected, check_selected)

    def tasks(self, ledger: Ledger) -> Iterator[Task]:
        """Yield the samples or conversations to be evolved, in order. Raises UsageError."""
        rows = enumerate(self.rows())
        for wanted, id_ in ledger.todo():
            self._check_unchanged()  # this goes on for hours
            row = next(row for position, row in rows if position == wanted)
            yield self.format.read(row).model_copy(update={"id": id_})

    def recorded(self, ledger: Ledger) -> Iterator[Recorded]:
        """Yield the selected rows in order, with what became of them.

        Raises UsageError if the rows are no longer those that the ledger has taken down.
        """
        rows = enumerate(self.rows())
        for wanted, id_, record in ledger.records():
            row = next((row for position, row in rows if position == wanted), None)
            if row is None or not id_.startswith(digest(row.fields)):
                reason = f"is not the one of the run (id {id_})"
                raise UsageError(f"{self.path}, row {wanted + 1}: {reason}; has the file changed?")
            yield Recorded(wanted, row, id_, record)

    def sha256(self) -> str | None:
        """The hash of all files, in hex; None for a dataset of the Hub, which has its revision."""
        if is_hub(self.path):
            return None
        hashed = sha256()
        for path in files_of(self.path):
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    hashed.update(block)
        return hashed.hexdigest()

    def _check_unchanged(self) -> None:
        if self._stamp is not None and self._stamp != self._read_stamp():
            raise UsageError(f"{self.path}: changed while the run was reading it; start it again")

    def _read_stamp(self) -> tuple[tuple[int, int], ...]:
        if is_hub(self.path):
            return ()
        try:
            stats = [path.stat() for path in files_of(self.path)]
        except OSError as error:
            raise UsageError(f"{self.path}: can't be read: {error.strerror}") from None
        return tuple((stat.st_size, stat.st_mtime_ns) for stat in stats)
