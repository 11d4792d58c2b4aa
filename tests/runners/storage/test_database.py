"""The database: writes are on the disk when awaited, together, and no failure goes unheard."""

import asyncio
import sqlite3
import threading
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from runners.errors import StorageError
from runners.storage.database import Database

SCHEMA = "CREATE TABLE IF NOT EXISTS things (name TEXT PRIMARY KEY);"


@pytest.fixture
def database(tmp_path: Path) -> Generator[Database]:
    with closing(Database(tmp_path / "run.db", SCHEMA)) as opened:
        yield opened


def add(connection: sqlite3.Connection, names: list[str]) -> None:
    connection.executemany("INSERT INTO things VALUES (?)", [(name,) for name in names])


def names(path: Path) -> set[str]:
    """What another process would see."""
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM things")}


async def test_a_write_is_on_the_disk_when_it_is_awaited(database: Database) -> None:
    database.write_soon(add, "before")
    await asyncio.gather(*(database.write(add, str(n)) for n in range(50)))
    assert names(database.path) == {"before", *map(str, range(50))}


async def test_a_group_that_fails_is_not_there_and_the_next_one_is(database: Database) -> None:
    await database.write(add, "a")
    with pytest.raises(StorageError, match=r"run\.db: can't be written"):
        await database.write(add, "a")
    await database.write(add, "b")
    assert names(database.path) == {"a", "b"}


async def test_a_mistake_in_a_write_is_heard_of(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        await database.write(lambda _, items: len(items) // 0, "item")
    await database.write(add, "still at work")
    assert names(database.path) == {"still at work"}


async def test_what_fails_while_nobody_waits_is_heard_of_by_the_next(database: Database) -> None:
    begun = threading.Event()

    def fail(_: sqlite3.Connection, items: list[str]) -> None:
        begun.set()
        raise sqlite3.OperationalError("disk I/O error")

    database.write_soon(fail, "lost")
    await asyncio.to_thread(begun.wait)  # so that the next one is in another group
    with pytest.raises(StorageError, match=r"run\.db: can't be written: disk I/O error"):
        await database.write(add, "a")
    await database.write(add, "b")
    assert names(database.path) == {"a", "b"}


def test_closing_commits_what_waits(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "run.db", SCHEMA)) as database:
        database.write_soon(add, "last")
    assert names(tmp_path / "run.db") == {"last"}
