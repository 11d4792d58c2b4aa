"""Read access to a run's database: nothing is created, written, locked or left behind."""

import sqlite3
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from runners.errors import StorageError
from runners.storage.damage import is_damage, unusable


class DatabaseReader:
    """One SQLite file, for reading."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._reader = connection

    def read(self, query: str, parameters: Iterable[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query. Raises StorageError."""
        try:
            # `yield from` would finalize the query by itself, possibly after the file is closed.
            for row in self._reader.execute(query, tuple(parameters)):  # noqa: UP028
                yield row
        except sqlite3.Error as error:
            raise unusable(self.path, "can't be read", error) from None

    @contextmanager
    def snapshot(self) -> Generator[None]:
        """Let all reads in the block see the file as it is at the first one."""
        self._reader.execute("BEGIN")
        try:
            yield
        finally:
            self._reader.rollback()


@contextmanager
def reading(path: Path) -> Generator[DatabaseReader]:
    """Open a database for reading only, in use or not, in a folder that may be read-only.

    Raises StorageError if it can't be read. A database in use has its newest writes in a separate
    file (WAL), which SQLite reads, too. One that is not in use has no such file, and SQLite would
    create it; so it is opened as `immutable`. If it is written to after all, as when the run is
    resumed meanwhile, the reads may be inconsistent: then StorageError is raised, too.
    """
    before, is_at_rest = _state(path), not _wal_of(path).exists()
    connection = _connect(path, immutable=is_at_rest)
    try:
        yield DatabaseReader(path, connection)
    finally:
        connection.close()
        if is_at_rest and (_wal_of(path).exists() or _state(path) != before):
            reason = "the run went on while its results were being read"
            raise StorageError(f"{path}: {reason}; give the same command again")


def _wal_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _state(path: Path) -> tuple[int, int, int]:
    """Changes with every write."""
    try:
        found = path.stat()
    except OSError as error:
        raise StorageError(f"{path}: can't be read: {error.strerror}") from None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _connect(path: Path, *, immutable: bool) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if immutable else ''}"
    connection = None
    try:
        connection = sqlite3.connect(address, uri=True, timeout=30)
        connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        if immutable or is_damage(error):
            raise unusable(path, "can't be read", error) from None
        hint = f"; {path.name}-wal and -shm belong to it: are both there?"
        raise StorageError(f"{path}: can't be read: {error}{hint}") from None
    return connection
