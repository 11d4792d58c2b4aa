"""Rescue: what can be read of a damaged run.db becomes a new one; what is lost is told."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError
from zstandard import ZstdError

from runners.calls.spent_table import EARLIER_SCHEMA
from runners.errors import StorageError, UsageError
from runners.folder.folder import RunFolder
from runners.folder.ledger import unpack
from runners.folder.lost_batches import (
    LostBatch,
    UsualCall,
    lost_batch_lines,
    lost_batches,
    usual_call,
)
from runners.folder.tables import SCHEMA
from runners.storage.database import Database
from runners.storage.journal import unpack_answer
from runners.storage.pages import PageRow, Pages, Value
from runners.storage.reader import reading

_GROUP = 1000
"""Rows of one transaction."""
_SPENT = {
    9: "INSERT OR REPLACE INTO spent VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
    10: "INSERT OR REPLACE INTO spent VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
}
"""How an account's counts are written, by how many there are: earlier versions had one less."""
_SHOWN = 10
"""Rows that are named, of those that are lost."""


@dataclass
class Rescued:
    """What a rescue brought over, and what was lost."""

    damaged: Path
    """Where the damaged file is now."""
    calls: int = 0
    """Answered calls."""
    rows: int = 0
    """Rows that are done."""
    has_spent: bool = False
    """Whether it is known what the run has spent."""
    lost_calls: int = 0
    """Answered calls that are known of, and lost; there may have been others."""
    lost_rows: list[str] = field(default_factory=list[str])
    """Ids of rows that were done, and whose records are lost; there may have been others."""
    lost_batches: list[LostBatch] = field(default_factory=list[LostBatch])
    usual_call: UsualCall | None = None
    """What a call takes, for what is lost; None if nobody knows."""


def rescue(run: Path) -> Rescued | None:
    """Make a new run.db of what can be read in a damaged one; None if it is not damaged.

    The damaged file stays, under another name. Raises UsageError if there is none or a process is
    at work on the run, StorageError if the new one can't be written.
    """
    folder = RunFolder(run)
    half = folder.database.with_name("run.rescued.db")
    if not folder.database.exists():
        raise UsageError(f"{run}: no run.db in this folder, so there is nothing to rescue")
    with folder:
        if is_undamaged(folder.database):
            return None
        try:
            _remove(half)
            found = _Found(Pages(folder.database))
            with closing(Database(half, SCHEMA + EARLIER_SCHEMA)) as database:
                for group in found.groups():
                    database.write_now(group)
                run_file = folder.load()
                context = None if run_file is None else run_file.settings.context
                batches, usual = lost_batches(database), usual_call(database, context)
            rescued = found.outcome(_set_aside(folder.database))
            rescued.lost_batches, rescued.usual_call = batches, usual
            half.replace(folder.database)
        except OSError as error:
            raise StorageError(f"{run}: can't be written: {error.strerror}") from None
    return rescued


def rescued_lines(rescued: Rescued, run: Path) -> Iterator[str]:
    """Yield the lines that tell a person what came of a rescue."""
    yield f"{run}: {rescued.calls:,} answered calls and {rescued.rows:,} done rows brought over"
    if rescued.lost_calls:
        yield f"lost: at least {rescued.lost_calls:,} answered calls, which will be asked again"
    if rescued.lost_rows:
        named = ", ".join(rescued.lost_rows[:_SHOWN])
        more = ", ..." if len(rescued.lost_rows) > _SHOWN else ""
        count = len(rescued.lost_rows)
        yield f"lost: at least {count:,} rows' records, which will be made again: {named}{more}"
    yield from lost_batch_lines(rescued.lost_batches, rescued.usual_call)
    if not rescued.lost_calls and not rescued.lost_rows and not rescued.lost_batches:
        yield "lost: nothing that is known of; what stood on the damaged pages alone, nobody knows"
    if not rescued.has_spent:
        yield "lost: what the run had spent; it is counted from 0 again, budgets too"
    yield f"the damaged file is now {rescued.damaged}"
    yield f"coevol resume {run} goes on"


def is_undamaged(path: Path) -> bool:
    """Whether nothing is wrong with a database: neither its pages nor what is kept in them."""
    try:
        with reading(path) as database:
            ((found,),) = database.read("PRAGMA integrity_check(1)")
            answers = database.read("SELECT answer FROM calls")
            records = database.read("SELECT record FROM samples")
            spoilt = sum(not _unpacks(unpack_answer, answer) for (answer,) in answers)
            spoilt += sum(not _unpacks(unpack, record) for (record,) in records)
            return found == "ok" and not spoilt
    except StorageError:
        return False


class _Found:
    """The rows of all tables, told apart by their columns: no tree need be whole for that."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._calls, self._rows = set[bytes](), set[str]()
        self._known_calls, self._known_rows = set[bytes](), set[str]()
        self._has_spent = False

    def groups(self) -> Iterator[Callable[[sqlite3.Connection], object]]:
        """Yield writes that bring everything over."""
        group: list[tuple[str, tuple[Value, ...]]] = []
        for row in self._pages.rows():
            if (statement := self._statement(row)) is not None:
                group.append((statement, row.values))
            if len(group) >= _GROUP:
                yield _writes(group)
                group = []
        yield _writes(group)

    def outcome(self, damaged: Path) -> Rescued:
        """Return what was brought over; `damaged` is where the damaged file is now."""
        return Rescued(
            damaged,
            len(self._calls),
            len(self._rows),
            self._has_spent,
            len(self._known_calls - self._calls),
            sorted(self._known_rows - self._rows),
        )

    def _statement(self, row: PageRow) -> str | None:
        """Return the SQL that writes a row; None for a row of no known table, or a damaged one."""
        match row:
            case PageRow(True, (bytes() as key, int())):
                self._known_calls.add(key)
            case PageRow(True, (str() as id_, int())):
                self._known_rows.add(id_)
            case PageRow(False, (bytes() as key, bytes() as answer)) if _unpacks(
                unpack_answer, answer
            ):
                self._calls.add(key)
                return "INSERT OR REPLACE INTO calls VALUES (?, ?)"
            case PageRow(False, (str() as id_, int(), int(), bytes() as record)) if _unpacks(
                unpack, record
            ):
                self._rows.add(id_)
                return "INSERT OR REPLACE INTO samples VALUES (?, ?, ?, ?)"
            case PageRow(False, (int(), str())):
                return "INSERT OR REPLACE INTO rows VALUES (?, ?)"
            case PageRow(False, (float() | int(),)):
                return "INSERT INTO clock VALUES (?)"
            case PageRow(True, (str(), str(), int(), int(), int(), int())):
                self._has_spent = True
                return "INSERT OR REPLACE INTO usage VALUES (?, ?, ?, ?, ?, ?)"
            case PageRow(True, (str(), str(), int(), int())):
                return "INSERT OR REPLACE INTO reasoning VALUES (?, ?, ?, ?)"
            case PageRow(
                True, (str(), str(), str(), int(), int(), float() | int(), _, _, int(), _)
            ):
                return "INSERT OR REPLACE INTO batches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            case PageRow(True, (str(), bytes(), str())):
                return "INSERT OR REPLACE INTO batch_lines VALUES (?, ?, ?, 0)"
            case PageRow(True, (str(), bytes(), str(), int())):
                return "INSERT OR REPLACE INTO batch_lines VALUES (?, ?, ?, ?)"
            case PageRow(True, (str(), str(), str(), int(), *counts)) if len(counts) in _SPENT:
                self._has_spent = True
                return _SPENT[len(counts)]
            case _:
                pass
        return None


def _writes(
    group: list[tuple[str, tuple[Value, ...]]],
) -> Callable[[sqlite3.Connection], object]:
    def write(connection: sqlite3.Connection) -> None:
        for statement, values in group:
            connection.execute(statement, values)

    return write


def _unpacks(read: Callable[[bytes], object], packed: bytes) -> bool:
    """Whether a blob is as it was written."""
    try:
        read(packed)
    except (ZstdError, ValidationError, ValueError, LookupError, TypeError):
        return False
    return True


def _set_aside(path: Path) -> Path:
    """Give a database another name, with its write-ahead log; return which."""
    number, aside = 1, path.with_name("run.damaged.db")
    while aside.exists():
        number += 1
        aside = path.with_name(f"run.damaged-{number}.db")
    for suffix in ("", "-wal"):
        before = path.with_name(f"{path.name}{suffix}")
        if before.exists():
            before.rename(aside.with_name(f"{aside.name}{suffix}"))
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    return aside


def _remove(path: Path) -> None:
    """Remove what an earlier rescue, which was killed, has left."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)
