"""The rows of run.db that can be read from the pages of a damaged file, as SQL that copies them."""

import sqlite3
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pydantic import ValidationError
from zstandard import ZstdError

from runners.folder.ledger import unpack
from runners.storage.journal import unpack_answer
from runners.storage.pages import PageRow, Pages, Value

_GROUP = 1000
"""Rows per transaction."""
_NUMBER = (int, float)
_ANY = (object,)


class _Table(NamedTuple):
    """A table of run.db, recognized by the types of its columns."""

    name: str
    is_entry: bool
    """Whether its rows are kept in an index (WITHOUT ROWID)."""
    types: tuple[tuple[type, ...] | type, ...]
    zeros: int = 0
    """Columns at the end that earlier versions lack, filled with 0."""

    def has(self, row: PageRow) -> bool:
        """Whether a row has the shape of this table's."""
        return (
            row.is_entry == self.is_entry
            and len(row.values) == len(self.types)
            and all(map(isinstance, row.values, self.types))
        )

    @property
    def statement(self) -> str:
        """The SQL that writes a row."""
        marks = ", ".join([*"?" * len(self.types), *"0" * self.zeros])
        return f"INSERT OR REPLACE INTO {self.name} VALUES ({marks})"  # noqa: S608 - names of ours


_ACCOUNT = (str, str, str, int)
_TABLES = (
    _Table("calls", False, (bytes, bytes)),
    _Table("samples", False, (str, int, int, bytes)),
    _Table("rows", False, (int, str)),
    _Table("clock", False, (_NUMBER,)),
    _Table("usage", True, (str, str, int, int, int, int)),
    _Table("reasoning", True, (str, str, int, int)),
    _Table("batches", True, (str, str, str, int, int, _NUMBER, _ANY, _ANY, int, _ANY)),
    _Table("batch_lines", True, (str, bytes, str), zeros=1),
    _Table("batch_lines", True, (str, bytes, str, int)),
    _Table("spent", True, (*_ACCOUNT, *(_ANY,) * 9), zeros=1),
    _Table("spent", True, (*_ACCOUNT, *(_ANY,) * 10)),
)


class ReadableRows:
    """The rows of all tables, told apart by their columns, since a tree may be broken anywhere."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self.calls, self.rows = set[bytes](), set[str]()
        """Keys of answered calls and ids of done rows that were read."""
        self.known_calls, self.known_rows = set[bytes](), set[str]()
        """Those that an index names, read or not."""
        self.has_spent = False
        """Whether anything of what the run has spent was read."""

    def groups(self) -> Iterator[Callable[[sqlite3.Connection], object]]:
        """Yield functions that each write a group of rows into a new database."""
        group: list[tuple[str, tuple[Value, ...]]] = []
        for row in self._pages.rows():
            if (statement := self._statement(row)) is not None:
                group.append((statement, row.values))
            if len(group) >= _GROUP:
                yield _writes(group)
                group = []
        yield _writes(group)

    def _statement(self, row: PageRow) -> str | None:
        """The SQL that writes a row; None for a row of no known table, or a damaged one."""
        self._note_index(row)
        table = next((each for each in _TABLES if each.has(row)), None)
        if table is None or not self._is_whole(table.name, row.values):
            return None
        self.has_spent |= table.name in ("usage", "spent")
        return table.statement

    def _note_index(self, row: PageRow) -> None:
        """Note a key or an id that an index names."""
        match row:
            case PageRow(True, (bytes() as key, int())):
                self.known_calls.add(key)
            case PageRow(True, (str() as id_, int())):
                self.known_rows.add(id_)
            case _:
                pass

    def _is_whole(self, table: str, values: tuple[Value, ...]) -> bool:
        """Whether a row's blob, if it has one, can be unpacked; then the row counts as read."""
        match table, values:
            case "calls", (bytes() as key, bytes() as answer):
                if not unpacks(unpack_answer, answer):
                    return False
                self.calls.add(key)
            case "samples", (str() as id_, _, _, bytes() as record):
                if not unpacks(unpack, record):
                    return False
                self.rows.add(id_)
            case _:
                pass
        return True


def _writes(
    group: list[tuple[str, tuple[Value, ...]]],
) -> Callable[[sqlite3.Connection], object]:
    def write(connection: sqlite3.Connection) -> None:
        for statement, values in group:
            connection.execute(statement, values)

    return write


def unpacks(read: Callable[[bytes], object], packed: bytes) -> bool:
    """Whether a blob is as it was written: `read` unpacks it without an error."""
    try:
        read(packed)
    except (ZstdError, ValidationError, ValueError, LookupError, TypeError):
        return False
    return True
