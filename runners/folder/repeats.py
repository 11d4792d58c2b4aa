"""Repeats: rows with the same task as an earlier row, whose record they take over.

Agents would be asked the same about them, and equal calls of a run are answered once. So the first
row is evolved, the others wait for it, and their records say `same_as`.
"""

import asyncio
from collections.abc import Iterator
from typing import NamedTuple

from runners.folder.ledger import Ledger
from runners.folder.records import Record
from runners.storage.database import Database
from runners.storage.reader import DatabaseReader

_PIECE = 1000
_WAITING = """
SELECT id FROM repeats WHERE first = ?
    AND NOT EXISTS (SELECT 1 FROM samples WHERE samples.id = repeats.id)
"""
_OVERDUE = """
SELECT position, repeats.id, first FROM repeats JOIN samples ON samples.id = first
WHERE position > ? AND position <= ?
    AND NOT EXISTS (SELECT 1 FROM samples WHERE samples.id = repeats.id)
ORDER BY position LIMIT ?
"""


class Overdue(NamedTuple):
    """A repeat without a record, although its first row has one."""

    position: int
    id: str
    first: str


class Repeats:
    """The repeats of a running run."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database, self._ledger = database, ledger
        self._under_way: set[str] = set()
        self._seen = -1
        """The position up to which no repeat is overdue."""

    def catch_up_now(self) -> None:
        """Create the records of repeats whose first row is done. Raises StorageError.

        There are such after a kill, or in a run of a version without repeats.
        """
        for piece in self._overdue():
            self._ledger.keep_now(self._taken_over(piece))

    async def catch_up(self) -> list[Record]:
        """The same for repeats registered since; return their records, which are kept."""
        records: list[Record] = []
        for piece in self._overdue():
            records += await self._keep(self._taken_over(piece))
        return records

    async def take_over(self, record: Record) -> list[Record]:
        """Give a record to the repeats that wait for it; return theirs, which are kept."""
        waiting = self._database.read(_WAITING, (record.id,))
        return await self._keep([same_as(record, id_) for (id_,) in waiting])

    def _overdue(self) -> Iterator[list[Overdue]]:
        """Yield overdue repeats in groups: those registered since the last time."""
        ((last,),) = self._database.read("SELECT coalesce(max(position), -1) FROM repeats")
        while rows := list(self._database.read(_OVERDUE, (self._seen, last, _PIECE))):
            piece = [Overdue(*row) for row in rows]
            yield piece
            self._seen = piece[-1].position
        self._seen = last

    def _taken_over(self, overdue: list[Overdue]) -> list[Record]:
        firsts = {each.first: self._ledger.find(each.first) for each in overdue}
        found = ((each.id, firsts[each.first]) for each in overdue)
        return [same_as(record, id_) for id_, record in found if record is not None]

    async def _keep(self, records: list[Record]) -> list[Record]:
        """Keep records, except those that are being kept already."""
        new = [each for each in records if each.id not in self._under_way]
        ids = {each.id for each in new}
        self._under_way |= ids
        try:
            await asyncio.gather(*map(self._ledger.keep, new))
        finally:
            self._under_way -= ids
        return new


def same_as(record: Record, id: str) -> Record:
    """The record of a repeat."""
    return record.model_copy(update={"id": id, "same_as": record.id})


def repeats_in(database: DatabaseReader) -> int:
    """How many rows are repeats; 0 in a run of a version without repeats."""
    tables = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'repeats')"
    ((has_repeats,),) = database.read(tables)
    if not has_repeats:
        return 0
    ((count,),) = database.read("SELECT count(*) FROM repeats")
    return count
