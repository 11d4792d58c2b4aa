"""Registers the rows of a dataset in the ledger, all at once or piece by piece."""

import sqlite3
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import NamedTuple

from runners.errors import StorageError
from runners.folder.ledger import Counts, LedgerReader, insert_record
from runners.folder.records import Record
from runners.storage.database import Database
from runners.storage.reader import DatabaseReader

_TABLES = """
CREATE TEMP TABLE seen (digest TEXT PRIMARY KEY, times INTEGER) WITHOUT ROWID;
CREATE TEMP TABLE tasks (digest TEXT PRIMARY KEY, first TEXT) WITHOUT ROWID;
CREATE TEMP TABLE passed AS SELECT * FROM samples WHERE false;
"""
"""Temporary tables, which SQLite keeps on disk: a dict would grow with the dataset."""


class Arrival(NamedTuple):
    """A row to be registered in the ledger."""

    digest: str
    passed: Callable[[str], Record] | None = None
    """Makes the record, given its id, of a row that no agent is asked about."""
    task: str | None = None
    """The digest of what agents are asked; None for rows that are not compared by it."""


class Taken(NamedTuple):
    """What the ledger has of a dataset whose rows are all registered."""

    rows: int
    """Number of selected rows."""
    sha256: str | None
    """The hash of its files; None if they are not local."""


class Taking:
    """Registers rows with positions from 0, and with ids that do not depend on them.

    An id is the digest of the row's content, with `-2` and so on for further occurrences.
    """

    def __init__(self, database: Database, is_selected: Callable[[int, str], bool]) -> None:
        """Open a separate connection, so that rows can be registered while others are evolved."""
        self._path, self._connection = database.path, database.connect()
        self._is_selected, self._position = is_selected, -1
        self.selected = 0
        """Selected rows among those registered so far."""
        with self._storing():
            self._connection.executescript(_TABLES)

    def begin(
        self,
        arrivals: Iterable[Arrival],
        check: Callable[[LedgerReader], None] = lambda _: None,
        *,
        forget_failures: bool = False,
    ) -> None:
        """Register the first rows, replacing those in the ledger.

        `check` inspects the outcome; if it raises, the ledger stays as it was. With
        `forget_failures`, failed rows are to be done again. Raises StorageError.
        """
        with self._storing():
            self._connection.execute("DELETE FROM taken")
            self._connection.execute("DELETE FROM rows")
            self._connection.execute("DELETE FROM repeats")
            # Records come after the check, which looks at those that existed before.
            self._take(arrivals, "passed")
            check(LedgerReader(DatabaseReader(self._path, self._connection)))
            if forget_failures:
                self._connection.execute("DELETE FROM samples WHERE failed")
            self._connection.execute("INSERT OR IGNORE INTO samples SELECT * FROM passed")
            self._connection.execute("DROP TABLE passed")

    def add(self, arrivals: Iterable[Arrival]) -> Counts:
        """Register some more rows; return the counts added. Raises StorageError."""
        before = self.selected
        with self._storing():
            finished, failed = self._take(arrivals, "samples")
        return Counts(self.selected - before, finished, 0, failed)

    def finish(self, mark: str | None, sha256: str | None) -> None:
        """Note, after the last row, that all rows of data with this fingerprint are registered."""
        if mark is not None:
            taken = (mark, self.selected, sha256)
            self._connection.execute("INSERT INTO taken VALUES (?, ?, ?)", taken)

    def taken(self, mark: str) -> Taken | None:
        """What the ledger has of the data with this fingerprint; None unless it has all rows."""
        query = """
            SELECT rows, sha256 FROM taken
            WHERE mark = ? AND rows = (SELECT count(*) FROM rows)
        """
        with self._storing():
            found = self._connection.execute(query, (mark,)).fetchall()
        return Taken(*found[0]) if found else None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _take(self, arrivals: Iterable[Arrival], table: str) -> tuple[int, int]:
        """Insert rows, and into `table` the records of those that pass; count these by failed."""
        passed = [0, 0]
        for arrival in arrivals:
            self._position += 1
            id_ = self._id_of(arrival.digest)
            if self._is_selected(self._position, id_):
                self.selected += 1
                self._connection.execute("INSERT INTO rows VALUES (?, ?)", (self._position, id_))
                if arrival.task is not None:
                    self._tell_repeat(id_, arrival.task)
                if arrival.passed is not None:
                    record = arrival.passed(id_)
                    is_new = insert_record(self._connection, table, record)
                    passed[record.failure is not None] += is_new
        return passed[0], passed[1]

    def _tell_repeat(self, id: str, task: str) -> None:
        """Note that an earlier row has the same task, if one has."""
        find = """
            INSERT INTO tasks VALUES (?, ?) ON CONFLICT DO UPDATE SET first = first RETURNING first
        """
        ((first,),) = self._connection.execute(find, (task, id)).fetchall()
        if first != id:
            repeat = (self._position, id, first)
            self._connection.execute("INSERT INTO repeats VALUES (?, ?, ?)", repeat)

    def _id_of(self, digest: str) -> str:
        count = """
            INSERT INTO seen VALUES (?, 1)
            ON CONFLICT DO UPDATE SET times = times + 1 RETURNING times
        """
        ((times,),) = self._connection.execute(count, (digest,)).fetchall()
        return digest if times == 1 else f"{digest}-{times}"

    @contextmanager
    def _storing(self) -> Generator[None]:
        """A transaction whose errors name the file."""
        try:
            with self._connection:
                yield
        except sqlite3.Error as error:
            raise StorageError(f"{self._path}: can't be written: {error}") from None
