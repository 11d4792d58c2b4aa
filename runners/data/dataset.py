"""The dataset of a run: its files, which of its rows are wanted, and their order."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import cast

from pydantic import BaseModel, ConfigDict

from nodes.trace_choice import Traces
from runners.data.bad_rows import BadRows
from runners.data.formats import Format, Task, find_format
from runners.data.hashed import Hashing
from runners.data.hub import is_hub
from runners.data.rows import Fields, Row
from runners.data.sources import files_of, is_streamed, read_rows
from runners.data.stores import Location, StorePath, Version
from runners.data.traced_rows import read_traced_task, write_row
from runners.errors import RunError, StorageError, UsageError

PEEK = 100
"""Number of first rows in which the format is looked for."""
SETTLED = 2.0
"""Seconds after which a file's modification time can be trusted: a file may change twice within
one tick of its disk's clock."""
_GLANCE = 60.0
"""Seconds between checks whether a dataset in a store is unchanged."""

KEEP = "or let such rows go out as they are: --bad-rows keep"

_Stamp = tuple[Version, ...]
"""The versions of all files of a dataset."""


class Selection(BaseModel):
    """Which rows of the file are wanted. Ids do not depend on it."""

    model_config = ConfigDict(extra="forbid")

    limit: int | None = None
    offset: int = 0
    where_id: list[str] = []


class Dataset:
    """A dataset, in the state in which it was checked."""

    def __init__(
        self,
        path: Location,
        selection: Selection,
        format: Format | None = None,
        name: str | None = None,
        bad_rows: BadRows = "stop",
        traces: Traces = "keep",
        encoding: str | None = None,
    ) -> None:
        """Without a `format`, the one that the first rows fit is used.

        `name` is used in errors about a dataset that its owner does not know by its path.
        `bad_rows` says what to do about rows that can't be read or do not fit the format. `traces`
        says what agents see of thinking before responses. `encoding` is that of text files; None
        for UTF-8.
        """
        self.path, self.selection = path, selection
        self.name, self._is_file = name or str(path), name is None
        self._format = format
        self.bad_rows: BadRows = bad_rows
        self.traces: Traces = traces
        self.encoding = encoding
        self._stamp: _Stamp | None = None
        self._stamped = 0.0
        """When the files were last found unchanged."""

    @property
    def is_format_given(self) -> bool:
        """Whether the format is known before any row is read."""
        return self._format is not None

    @property
    def format(self) -> Format:
        """The format that was given or found. Raises UsageError if none fits."""
        if self._format is None:
            self.find_format(list(islice(self.rows(), PEEK)))
        return cast("Format", self._format)

    def find_format(self, rows: Sequence[Row]) -> None:
        """Find the format from the first rows, unless given. Raises UsageError if none fits."""
        self._format = self._format or find_format(rows)

    def rows(self, hashing: Hashing | None = None, unread: int = 0) -> Iterator[Row]:
        """Yield the rows of the file up to the last one that may be wanted. Raises UsageError.

        With `hashing`, local files are hashed as they are read. The first `unread` rows may be
        yielded empty, because the caller does not need them.
        """
        limit = self.selection.limit
        end = None if limit is None else self.selection.offset + limit
        self._check_unchanged()
        try:
            rows = islice(self._all_rows(hashing, unread), end)
            for number, row in enumerate(rows, start=1):
                if row.fault is not None and self.bad_rows == "stop":
                    raise UsageError(f"{row.fault}; {KEEP}")
                yield row if self._is_file else row._replace(where=f"{self.name}, row {number}")
        except RunError:
            self._check_unchanged()  # a change of the file may be the real cause
            raise
        self._check_unchanged()

    def _all_rows(self, hashing: Hashing | None, unread: int) -> Iterator[Row]:
        return read_rows(
            self.path, bad_rows=True, hashing=hashing, encoding=self.encoding, unread=unread
        )

    def read(self, row: Row) -> Task:
        """Read the task from a row. Raises UsageError for a bad row."""
        if row.fault is not None:
            raise UsageError(row.fault)
        return read_traced_task(self.format, row, self.traces)

    def write(self, fields: Fields, changes: Mapping[int, str]) -> Fields:
        """The row with responses replaced, by position; all else stays unchanged and in order."""
        return write_row(self.format, fields, changes, self.traces)

    def stamp(self) -> None:
        """Record the versions of the files, unless that has been done. Raises UsageError."""
        self._stamp = self._stamp or self._read_stamp()

    def mark(self) -> str | None:
        """A fingerprint that changes whenever the data may have; None if that can't be told.

        For local files it covers paths, inodes, sizes, and the times of the last change of content
        and inode, of which nobody can reset the latter. For a store, it covers sizes and ETags; a
        commit of the Hub never changes. Raises UsageError, StorageError.
        """
        if is_hub(self.path):
            return str(self.path)
        if isinstance(self.path, StorePath):
            return self.version()
        stats = [(str(file), _stat(cast("Path", file))) for file in files_of(self.path)]
        if any(time.time() - stat.st_ctime < SETTLED for _, stat in stats):
            return None
        return repr(
            [
                (name, stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
                for name, stat in stats
            ]
        )

    def look_again(self) -> None:
        """Raise UsageError if the files have changed. A store is asked only now and then."""
        if not self._is_fresh():
            self._check_unchanged()

    def move(self, path: Path) -> None:
        """Move the file on its disk, replacing any file at the new path. Raises StorageError."""
        try:
            self.path = cast("Path", self.path).replace(path)
        except OSError as error:
            raise StorageError(f"{path}: can't be written: {error.strerror}") from None

    def hashing(self) -> Hashing | None:
        """An object that hashes the files as they are read; None if they are not local."""
        if is_hub(self.path) or isinstance(self.path, StorePath):
            return None
        return Hashing(cast("list[Path]", files_of(self.path)))

    @property
    def is_streamed(self) -> bool:
        """Whether it is read row by row; a JSON list is held as a whole. Raises UsageError."""
        return is_streamed(self.path)

    @property
    def size(self) -> int | None:
        """Total size of the files in bytes; None if unknown. Raises UsageError, StorageError."""
        self.stamp()
        sizes = [version.size for version in self._stamp or ()]
        return sum(cast("list[int]", sizes)) if sizes and None not in sizes else None

    def version(self) -> str | None:
        """A hash of the versions that a store reports, in hex; None for local files and the Hub.

        Raises UsageError, StorageError.
        """
        if not isinstance(self.path, StorePath):
            return None
        stamp = self._stamp or self._read_stamp()
        return sha256(repr([*map(tuple, stamp)]).encode()).hexdigest()

    def _is_fresh(self) -> bool:
        """Whether a store was asked recently: it is slow to answer."""
        is_in_store = isinstance(self.path, StorePath)
        return is_in_store and time.monotonic() - self._stamped < _GLANCE

    def _check_unchanged(self) -> None:
        if self._stamp is not None and self._stamp != self._read_stamp():
            raise UsageError(f"{self.path}: changed while the run was reading it; start it again")
        self._stamped = time.monotonic()

    def _read_stamp(self) -> _Stamp:
        if is_hub(self.path):
            return ()
        return tuple(_version(path) for path in files_of(self.path))


def _version(path: Location) -> Version:
    if isinstance(path, StorePath):
        return path.version()
    stat = _stat(path)
    return Version(stat.st_size, str(stat.st_mtime_ns))


def _stat(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror}") from None
