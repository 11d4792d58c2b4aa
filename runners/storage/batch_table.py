"""The batches of a run in run.db; each is recorded before anything of it is sent."""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from prompts.roles import Speaker
from runners.storage.database import Database, insert
from runners.storage.reader import DatabaseReader

SCHEMA = """
CREATE TABLE IF NOT EXISTS batches (
    token TEXT PRIMARY KEY, endpoint TEXT NOT NULL, model TEXT NOT NULL,
    lines INTEGER NOT NULL, tokens INTEGER NOT NULL, made REAL NOT NULL,
    id TEXT, status TEXT, answered INTEGER NOT NULL, ended REAL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS batch_lines (
    token TEXT NOT NULL, key BLOB NOT NULL, role TEXT NOT NULL,
    stops INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (token, key)
) WITHOUT ROWID;
"""
_TABLES = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'batches')"
_OUT = "SELECT * FROM batches WHERE ended IS NULL ORDER BY made, token"


class Batch(NamedTuple):
    """One batch."""

    token: str
    """Its name in the run, and in what the provider stores of it."""
    endpoint: str
    model: str
    """The model string, `PROVIDER:NAME`."""
    lines: int
    """Number of calls in it."""
    tokens: int
    """Estimated tokens of its prompts."""
    made: float
    """When it was recorded, in seconds since 1970."""
    id: str | None = None
    """The provider's id for it; None until known."""
    status: str | None = None
    """The provider's word for its state."""
    answered: int = 0
    """Calls that are answered, as far as the provider reports."""
    ended: float | None = None
    """When it was completely collected, in seconds since 1970."""


class Line(NamedTuple):
    """What is known of a call in a pending batch."""

    role: Speaker
    """The role that makes it."""
    stops: bool = False
    """Whether the model is to stop at a text: then an empty answer before it is an answer, too."""


class BatchReader:
    """The batches of a run; none for runs of versions without batches."""

    def __init__(self, database: DatabaseReader) -> None:
        self._reader = database

    def out(self) -> list[Batch]:
        """The batches that are not completely collected, oldest first."""
        return self._read(_OUT)

    def ids(self) -> set[str]:
        """The known provider ids."""
        known = self._read("SELECT * FROM batches WHERE id IS NOT NULL")
        return {each.id for each in known if each.id is not None}

    def durations(self) -> list[float]:
        """How many seconds each finished batch took."""
        ended = self._read("SELECT * FROM batches WHERE ended IS NOT NULL AND answered > 0")
        return [each.ended - each.made for each in ended if each.ended is not None]

    def roles(self, token: str) -> list[str]:
        """Who waits for a batch's calls, by name."""
        query = "SELECT DISTINCT role FROM batch_lines WHERE token = ? ORDER BY role"
        return [role for (role,) in self._reader.read(query, (token,))]

    def lines(self, token: str) -> dict[bytes, Line]:
        """The calls of a batch, by the journal's keys; earlier versions did not record `stops`."""
        rows = self._reader.read("SELECT * FROM batch_lines WHERE token = ?", (token,))
        return {key: Line(role, any(stops)) for _, key, role, *stops in rows}

    def names(self, token: str) -> set[str]:
        """What a batch's calls are called at the provider."""
        return {key.hex() for key in self.lines(token)}

    def _read(self, query: str) -> list[Batch]:
        ((knows_batches,),) = self._reader.read(_TABLES)
        return [Batch(*row) for row in self._reader.read(query)] if knows_batches else []


class BatchTable(BatchReader):
    """The batches of a run, for writing. Every write raises StorageError."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._database = database
        database.widen("batch_lines", "stops")

    async def intend(self, batch: Batch, lines: Mapping[bytes, Line]) -> None:
        """Record a batch that is about to be sent; on return, it is committed."""
        await self._database.write(_intend, (batch, dict(lines)))

    async def put(self, batch: Batch) -> None:
        """Record the present state of a batch."""
        await self._database.write(_put, batch)

    async def close(self, batch: Batch) -> None:
        """Record that a batch was completely collected."""
        await self._database.write(_close, batch)

    async def forget(self, batch: Batch) -> None:
        """Delete a batch that was never sent."""
        await self._database.write(_forget, batch)


_Intent = tuple[Batch, dict[bytes, Line]]


def _intend(connection: sqlite3.Connection, intents: list[_Intent]) -> None:
    _put(connection, [batch for batch, _ in intents])
    rows = [(batch.token, key, *line) for batch, lines in intents for key, line in lines.items()]
    insert(connection, "batch_lines", rows)


def _put(connection: sqlite3.Connection, batches: list[Batch]) -> None:
    insert(connection, "batches", list({each.token: each for each in batches}.values()))


def _close(connection: sqlite3.Connection, batches: list[Batch]) -> None:
    _put(connection, batches)
    _drop_lines(connection, batches)


def _forget(connection: sqlite3.Connection, batches: list[Batch]) -> None:
    tokens = [(each.token,) for each in batches]
    connection.executemany("DELETE FROM batches WHERE token = ?", tokens)
    _drop_lines(connection, batches)


def _drop_lines(connection: sqlite3.Connection, batches: Iterable[Batch]) -> None:
    tokens = [(each.token,) for each in batches]
    connection.executemany("DELETE FROM batch_lines WHERE token = ?", tokens)
