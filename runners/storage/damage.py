"""Damage: errors of SQLite as a person is told them, with what to do about a damaged file."""

import sqlite3
from pathlib import Path

from runners.errors import StorageError

RUN_DATABASE = "run.db"
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def unusable(path: Path, what: str, error: sqlite3.Error) -> StorageError:
    """Make the error for a file with which this can't be done, such as "can't be read"."""
    return StorageError(f"{path}: {what}: {error}{_hint(path) if is_damage(error) else ''}")


def spoilt(path: Path, what: str) -> StorageError:
    """Make the error for contents that SQLite gives out, but that are not as they were written."""
    return StorageError(f"{path}: can't be read: {what} is damaged{_hint(path)}")


def _hint(path: Path) -> str:
    if path.name != RUN_DATABASE:
        return ""
    return f"; coevol rescue {path.parent} brings over what can still be read"


def is_damage(error: sqlite3.Error) -> bool:
    """Whether an error tells that a file's contents are not what SQLite has written."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _DAMAGED
