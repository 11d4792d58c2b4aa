"""The ledger: the rows of the input in order, and the record of each row that is done."""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError
from zstandard import ZstdError

from runners.folder.records import Record, TaggedRecord
from runners.storage.compressed import compress, decompress
from runners.storage.damage import damaged
from runners.storage.database import Database, insert
from runners.storage.reader import DatabaseReader

SCHEMA = """
CREATE TABLE IF NOT EXISTS rows (position INTEGER PRIMARY KEY, id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS samples (
    id TEXT PRIMARY KEY, failed INTEGER NOT NULL, accepted INTEGER NOT NULL, record BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS repeats (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL, first TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS repeats_of ON repeats (first, id);
CREATE TABLE IF NOT EXISTS taken (mark TEXT NOT NULL, rows INTEGER NOT NULL, sha256 TEXT);
"""
"""`repeats` has the present rows that take over the record of the row with id `first`. `taken`
has a fingerprint of the dataset once all of its rows are registered. A sample's `accepted` is the
number of its accepted rounds, or PASSED."""
PASSED = -1
"""`accepted` of a row that passed untouched, so that these are counted without reading records.
Runs made before there was such a mark have 0."""
_PIECE = 1000
_RECORD: TypeAdapter[Record] = TypeAdapter(TaggedRecord)


class Counts(NamedTuple):
    """Counts of the present input's rows, by state."""

    rows: int
    finished: int
    """Rows that went through their graph, whatever the result."""
    improved: int
    """Finished rows with an accepted round: an edit replaced their response."""
    failed: int
    """Rows with a call that failed for good."""

    @property
    def done(self) -> int:
        """Rows that finished or failed."""
        return self.finished + self.failed

    @property
    def left(self) -> int:
        """Rows still to do."""
        return self.rows - self.done

    def in_words(self, passed: int) -> str:
        """What became of the rows, as a run's last lines and its status say it.

        Where finished rows `passed` untouched, of how many others so many improved is said, too.
        """
        of = f" of {self.finished - passed} that were evolved" if passed else ""
        return f"{self.finished} finished, {self.improved} improved{of}, {self.failed} failed"


class LedgerReader:
    """The rows of the present input, and a record for each that is done."""

    def __init__(self, database: DatabaseReader) -> None:
        self._reader = database

    def todo(self, after: int = -1) -> Iterator[tuple[int, str]]:
        """Yield position and id of each row to be evolved, in the input's order.

        Only rows after position `after`, without repeats (`runners.folder.repeats`).
        """
        query = """
            SELECT position, rows.id FROM rows LEFT JOIN samples USING (id)
            WHERE position > ? AND samples.id IS NULL
                AND position NOT IN (SELECT position FROM repeats)
            ORDER BY position LIMIT ?
        """
        position = after
        # In pieces: a query left open during the whole run would keep SQLite from checkpointing.
        while piece := list(self._reader.read(query, (position, _PIECE))):
            yield from ((row[0], row[1]) for row in piece)
            position = piece[-1][0]

    def records(self) -> Iterator[tuple[int, str, Record | None]]:
        """Yield position, id and record of each row in the input's order; None if not done."""
        query = """
            SELECT position, rows.id, record FROM rows LEFT JOIN samples USING (id)
            ORDER BY position
        """
        for position, id_, record in self._reader.read(query):
            yield position, id_, None if record is None else self._record(record)

    def has_records(self) -> bool:
        """Whether any row is done, of the present input or an earlier one."""
        ((has_records,),) = self._reader.read("SELECT EXISTS (SELECT 1 FROM samples)")
        return bool(has_records)

    def is_foreign(self) -> bool:
        """Whether rows are done, but none of them is in the present input."""
        query = """
            SELECT EXISTS (SELECT 1 FROM samples)
                AND NOT EXISTS (SELECT 1 FROM rows JOIN samples USING (id))
        """
        ((is_foreign,),) = self._reader.read(query)
        return bool(is_foreign)

    def left_out(self) -> int:
        """How many rows are done that are not in the present input."""
        query = "SELECT count(*) FROM samples WHERE id NOT IN (SELECT id FROM rows)"
        ((count,),) = self._reader.read(query)
        return count

    def counts(self) -> Counts:
        """Count the rows of the present input by state."""
        query = """
            SELECT count(*), count(failed) - coalesce(sum(failed), 0),
                coalesce(sum(accepted > 0), 0), coalesce(sum(failed), 0)
            FROM rows LEFT JOIN samples USING (id)
        """
        (counts,) = self._reader.read(query)
        return Counts(*counts)

    def passed(self) -> int:
        """Count the rows of the present input that passed untouched: a part of the finished."""
        query = "SELECT count(*) FROM rows JOIN samples USING (id) WHERE accepted = ?"
        ((count,),) = self._reader.read(query, (PASSED,))
        return count

    def find(self, id: str) -> Record | None:
        """The record of a row; None if it is not done."""
        return self._one("SELECT record FROM samples WHERE id = ?", (id,))

    def most_evolved(self) -> Record | None:
        """A record with the most accepted rounds; None if no row is done."""
        return self._one("SELECT record FROM samples ORDER BY accepted DESC, id LIMIT 1")

    def latest(self, most: int) -> Iterator[Record]:
        """Yield up to `most` records, the latest first; none of rows that passed untouched."""
        query = "SELECT record FROM samples WHERE accepted <> ? ORDER BY rowid DESC LIMIT ?"
        for (record,) in self._reader.read(query, (PASSED, most)):
            yield self._record(record)

    def _one(self, query: str, parameters: tuple[str, ...] = ()) -> Record | None:
        records = [self._record(each) for (each,) in self._reader.read(query, parameters)]
        return records[0] if records else None

    def _record(self, packed: bytes) -> Record:
        """Unpack a record. Raises StorageError if it is damaged."""
        try:
            return unpack(packed)
        except (ZstdError, ValidationError):
            raise damaged(self._reader.path, "a row's record") from None


class Ledger(LedgerReader):
    """The ledger as used by the one process that may write to it."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._database = database

    def forget_failures(self) -> None:
        """Delete the records of failed rows, so that they are evolved again."""
        self._database.write_now(_forget_failures)

    def forget(self, ids: Iterable[str]) -> None:
        """Delete the records of these rows, so that they are evolved again."""
        rows = [(id_,) for id_ in ids]
        delete = "DELETE FROM samples WHERE id = ?"
        self._database.write_now(lambda connection: connection.executemany(delete, rows))

    async def keep(self, record: Record) -> None:
        """Keep the record of a row; on return, it is committed. Raises StorageError."""
        await self._database.write(_insert, _row_of(record))

    def keep_now(self, records: Iterable[Record]) -> None:
        """Keep the records of several rows, in this thread. Raises StorageError."""
        rows = [_row_of(each) for each in records]
        self._database.write_now(lambda connection: _insert(connection, rows))


def _row_of(record: Record) -> tuple[str, int, int, bytes]:
    failed = int(record.failure is not None)
    accepted = record.accepted if record.skipped is None else PASSED
    return record.id, failed, accepted, _pack(record)


def _insert(connection: sqlite3.Connection, rows: list[tuple[str, int, int, bytes]]) -> None:
    insert(connection, "samples", rows)


def _forget_failures(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM samples WHERE failed")
    # Bad rows among them are found again when the data is read.
    connection.execute("DELETE FROM taken")


def insert_record(connection: sqlite3.Connection, table: str, record: Record) -> bool:
    """Insert a record into a table, unless the row has one; return whether it is new."""
    before = connection.total_changes
    insert(connection, table, [_row_of(record)], "ON CONFLICT DO NOTHING")
    return connection.total_changes > before


def _pack(record: Record) -> bytes:
    return compress(record.model_dump_json().encode())


def unpack(record: bytes) -> Record:
    """Unpack a record. Raises ZstdError or ValidationError if it is damaged."""
    return _RECORD.validate_json(decompress(record))
