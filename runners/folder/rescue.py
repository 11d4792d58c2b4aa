"""Rescue: builds a new run.db from the readable parts of a damaged one, and reports the losses."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copy2

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
from runners.folder.readable import ReadableRows, unpacks
from runners.folder.tables import SCHEMA
from runners.storage.database import Database
from runners.storage.journal import unpack_answer
from runners.storage.pages import Pages
from runners.storage.reader import reading

_SHOWN = 10
"""Most lost rows that are named."""


@dataclass
class Rescued:
    """What a rescue recovered, and what was lost."""

    damaged: Path
    """Where the damaged file is now."""
    calls: int = 0
    """Answered calls recovered."""
    rows: int = 0
    """Records of done rows recovered."""
    has_spent: bool = False
    """Whether what the run has spent was recovered."""
    lost_calls: int = 0
    """Answered calls known to be lost; there may be others."""
    lost_rows: list[str] = field(default_factory=list[str])
    """Ids of done rows whose records are known to be lost; there may be others."""
    lost_batches: list[LostBatch] = field(default_factory=list[LostBatch])
    usual_call: UsualCall | None = None
    """The usual usage of a call, to estimate the lost ones; None if unknown."""


def rescue(run: Path) -> Rescued | None:
    """Build a new run.db from the readable parts of a damaged one; None if it is not damaged.

    The damaged file is kept under another name, and a kill at any moment loses nothing. Raises
    UsageError if there is no run.db or a process is at work on the run, StorageError if the new
    file can't be written.
    """
    folder = RunFolder(run)
    half = folder.database.with_name("run.rescued.db")
    if not folder.database.exists():
        raise UsageError(f"{run}: no run.db in this folder, so there is nothing to rescue")
    with folder:
        damaged = _left_by_a_kill(folder.database) or folder.database
        if is_undamaged(damaged):
            return None
        try:
            _remove(half)
            found = ReadableRows(Pages(damaged))
            with closing(Database(half, SCHEMA + EARLIER_SCHEMA)) as database:
                for group in found.groups():
                    database.write_now(group)
                run_file = folder.load()
                context = None if run_file is None else run_file.settings.context
                batches, usual = lost_batches(database), usual_call(database, context)
            if damaged == folder.database:
                damaged = _also_as_damaged(folder.database)
            rescued = _outcome(found, damaged)
            rescued.lost_batches, rescued.usual_call = batches, usual
            _remove_log(folder.database)  # it must not be applied to the new file
            half.replace(folder.database)
        except OSError as error:
            raise StorageError(f"{run}: can't be written: {error.strerror}") from None
    return rescued


def rescued_lines(rescued: Rescued, run: Path) -> Iterator[str]:
    """Yield the lines that report a rescue to the user."""
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
    """Whether a database is intact: its pages, and the answers and records in them."""
    try:
        with reading(path) as database:
            ((found,),) = database.read("PRAGMA integrity_check(1)")
            answers = database.read("SELECT answer FROM calls")
            records = database.read("SELECT record FROM samples")
            spoilt = sum(not unpacks(unpack_answer, answer) for (answer,) in answers)
            spoilt += sum(not unpacks(unpack, record) for (record,) in records)
            return found == "ok" and not spoilt
    except StorageError:
        return False


def _outcome(found: ReadableRows, damaged: Path) -> Rescued:
    return Rescued(
        damaged,
        len(found.calls),
        len(found.rows),
        found.has_spent,
        len(found.known_calls - found.calls),
        sorted(found.known_rows - found.rows),
    )


def _also_as_damaged(path: Path) -> Path:
    """Give a damaged database, with its write-ahead log, a second name; return that.

    It keeps its first name until the new file replaces it: a kill in between loses nothing. The
    database comes last, so what has both names has both names for its log, too.
    """
    number, aside = 1, path.with_name("run.damaged.db")
    while aside.exists():
        number += 1
        aside = path.with_name(f"run.damaged-{number}.db")
    for suffix in ("-wal", ""):
        given, also = (each.with_name(f"{each.name}{suffix}") for each in (path, aside))
        also.unlink(missing_ok=True)
        if given.exists():
            _link(given, also)
    return aside


def _link(path: Path, also: Path) -> None:
    try:
        also.hardlink_to(path)
    except OSError:  # a disk without hard links
        copy2(path, also)


def _left_by_a_kill(path: Path) -> Path | None:
    """The second name of a database whose rescue was killed before it was replaced, else None.

    Its log may be left under this name only.
    """
    return next((each for each in path.parent.glob("run.damaged*.db") if each.samefile(path)), None)


def _remove(path: Path) -> None:
    """Remove the half-written database of a rescue that was killed."""
    path.unlink(missing_ok=True)
    _remove_log(path)


def _remove_log(path: Path) -> None:
    for suffix in ("-wal", "-shm"):
        path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)
