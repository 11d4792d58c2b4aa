"""Damage: SQLite's errors as shown to the user, with what to do about a damaged file."""

import sqlite3
from pathlib import Path

from runners.errors import StorageError

RUN_DATABASE = "run.db"
_ANEW = (
    "move it away, or name another: the same command then makes a new one, and pays again for the "
    "calls whose answers were in it"
)
"""What to do about answers outside a run: a --cache, compare.db, an ablation's journal.db."""
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def unusable(path: Path, what: str, error: sqlite3.Error) -> StorageError:
    """The error for a file with which something can't be done, such as "can't be read"."""
    more = _hint(path) if is_damage(error) else _cause(path, error)
    return StorageError(f"{path}: {what}: {error}{more}")


def damaged(path: Path, what: str) -> StorageError:
    """The error for contents that SQLite returns, but that are not what was written."""
    return StorageError(f"{path}: can't be read: {what} is damaged{_hint(path)}")


def _hint(path: Path) -> str:
    if path.name != RUN_DATABASE:
        return f"; {_ANEW}"
    return f"; coevol rescue {path.parent} brings over what can still be read"


def _cause(path: Path, error: sqlite3.Error) -> str:
    """Causes that SQLite does not report: the path is not a file, or the file is empty."""
    if "no such table" in str(error):
        return "; nothing of coevol's is in it: bring it back from a copy"
    if path.is_dir():
        return "; it is a folder: give a file"
    return "" if path.parent.is_dir() else f"; there is no folder {path.parent}"


def is_damage(error: sqlite3.Error) -> bool:
    """Whether an error means that a file's contents are damaged."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _DAMAGED
