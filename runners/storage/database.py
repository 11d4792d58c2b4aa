"""The run's database: SQLite whose writes are committed in groups, off the event loop."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from runners.storage.damage import unusable
from runners.storage.reader import DatabaseReader

Write = Callable[[sqlite3.Connection, list[Any]], object]
"""Writes all of a group's items that belong to it."""
_Waiter = tuple[asyncio.AbstractEventLoop, "asyncio.Future[None]"]
_Pending = tuple[Write, Any, _Waiter | None]
"""An item, the function that writes it, and who waits for it."""
_ROWS = 200
"""Rows per INSERT statement."""
_SHARE = 0.2
"""Share of the writer's time that commits may take; otherwise they wait and become larger. A
commit costs the same whatever it contains, mostly waiting for the interpreter's lock. That wait
is long while the event loop is busy, and short while it waits for an endpoint, so hardly any
answer is delayed."""
_LONGEST_WAIT = 0.02
"""Longest time from the beginning of a commit to that of the next, in seconds."""


class Database(DatabaseReader):
    """One SQLite file in WAL mode: reads in the calling thread, writes in a thread of its own.

    When a write's await returns, it is on disk (`synchronous=FULL`). All writes requested while a
    commit is running, and until the next is due, are committed together and share its cost.
    """

    def __init__(self, path: Path, schema: str) -> None:
        """Open the file, creating it and its tables. Raises StorageError."""
        self._queue: SimpleQueue[_Pending | None] = SimpleQueue()
        self._unheard: Exception | None = None
        """Why a group failed for which nobody waited."""
        try:
            with ExitStack() as opened:
                super().__init__(path, opened.enter_context(closing(_connect(path))))
                self._reader.executescript(schema)
                self._writer = opened.enter_context(closing(_connect(path)))
                opened.pop_all()  # `close` closes them
        except sqlite3.Error as error:
            raise unusable(path, "can't be opened", error) from None
        self._thread = threading.Thread(target=self._work, name=f"writes {path.name}", daemon=True)
        self._thread.start()

    async def write(self, write: Write, item: Any) -> None:
        """Write an item in the next group's transaction; return when it is on disk.

        `write` is called once with all its items of the group. Raises StorageError if the group
        could not be committed: then none of it is. It is also raised if an earlier group failed for
        which nobody waited.
        """
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        self._queue.put((write, item, (loop, done)))
        await done
        if (unheard := self._unheard) is not None:
            self._unheard = None
            raise unheard

    def write_soon(self, write: Write, item: Any) -> None:
        """Write an item in the next group's transaction, before any item requested later."""
        self._queue.put((write, item, None))

    def widen(self, table: str, column: str) -> None:
        """Add a column that an earlier version's table lacks, before any later write.

        It holds integers, 0 in all existing rows.
        """
        if not _has_column(self._reader, table, column):
            self.write_soon(_widen, (table, column))

    def write_now(self, write: Callable[[sqlite3.Connection], object]) -> None:
        """Write in a transaction of its own, in this thread. Raises StorageError."""
        try:
            with self._reader:
                write(self._reader)
        except sqlite3.Error as error:
            raise unusable(self.path, "can't be written", error) from None

    def connect(self) -> sqlite3.Connection:
        """Another connection to the file, for writes in several transactions."""
        return _connect(self.path)

    def vacuum(self) -> None:
        """Free the disk space of deleted rows. Raises StorageError."""
        try:
            self._reader.execute("VACUUM")
        except sqlite3.Error as error:
            raise unusable(self.path, "can't be written", error) from None

    def close(self) -> None:
        """Commit pending writes and close the file."""
        self._queue.put(None)
        self._thread.join()
        self._reader.close()
        self._writer.close()

    def _work(self) -> None:
        due = 0.0
        while (first := self._queue.get()) is not None:
            time.sleep(max(0.0, due - time.monotonic()))
            group, is_last = [first], False
            while not self._queue.empty():
                item = self._queue.get()
                if item is None:
                    is_last = True
                    break
                group.append(item)
            begun = time.monotonic()
            self._commit(group)
            due = begun + min((time.monotonic() - begun) / _SHARE, _LONGEST_WAIT)
            if is_last:
                return

    def _commit(self, group: list[_Pending]) -> None:
        problem: Exception | None = None
        items: dict[Write, list[Any]] = {}
        for write, item, _ in group:
            items.setdefault(write, []).append(item)
        try:
            with self._writer:
                for write, its_items in items.items():
                    write(self._writer, its_items)
        except sqlite3.Error as error:
            problem = unusable(self.path, "can't be written", error)
        except Exception as error:  # noqa: BLE001 - a mistake of ours: who waits must hear of it
            problem = error
        waiters = [waiter for *_, waiter in group if waiter is not None]
        if problem is not None and not waiters:
            self._unheard = problem
        for loop in {loop for loop, _ in waiters}:
            waiting = [done for its_loop, done in waiters if its_loop is loop]
            if not loop.is_closed():
                loop.call_soon_threadsafe(_settle, waiting, problem)


def insert(
    connection: sqlite3.Connection, table: str, rows: Sequence[Sequence[Any]], conflict: str = ""
) -> None:
    """Insert rows into a table, many per statement.

    They replace rows with the same key, unless `conflict` is SQL that says otherwise. Each
    statement releases the interpreter's lock, and has to wait for it while the event loop is busy.
    """
    verb = "INSERT" if conflict else "INSERT OR REPLACE"
    for start in range(0, len(rows), _ROWS):
        piece = rows[start : start + _ROWS]
        marks = ", ".join(f"({', '.join('?' * len(row))})" for row in piece)
        statement = f"{verb} INTO {table} VALUES {marks} {conflict}"
        connection.execute(statement, [value for row in piece for value in row])


def _widen(connection: sqlite3.Connection, columns: list[tuple[str, str]]) -> None:
    """In the writing connection, because another one's change would not be seen in time."""
    for table, column in columns:
        if not _has_column(connection, table, column):
            added = f"ADD COLUMN {column} INTEGER NOT NULL DEFAULT 0"
            connection.execute(f"ALTER TABLE {table} {added}")


def _has_column(connection: sqlite3.Connection, table: str, column: str) -> bool:
    return column in {name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")}


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def _settle(waiting: list["asyncio.Future[None]"], problem: Exception | None) -> None:
    for done in waiting:
        if done.done():  # its caller was cancelled
            continue
        if problem is None:
            done.set_result(None)
        else:
            done.set_exception(problem)
