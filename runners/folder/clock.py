"""The clock: how long a run has been working, over all starts, in seconds."""

import sqlite3

from runners.storage.database import Database
from runners.storage.reader import DatabaseReader

SCHEMA = "CREATE TABLE IF NOT EXISTS clock (seconds REAL NOT NULL);"


def seconds_of(database: DatabaseReader) -> float:
    """The time that a run has been working, over all starts."""
    ((seconds,),) = database.read("SELECT coalesce(sum(seconds), 0) FROM clock")
    return seconds


def add_seconds(database: Database, seconds: float) -> None:
    """Add the time of one start."""

    def add(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO clock VALUES (?)", (seconds,))

    database.write_now(add)
