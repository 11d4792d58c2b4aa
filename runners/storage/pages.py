"""Pages of a damaged SQLite file: yields the rows of every page that is intact.

A query fails at the first damaged page on its way down a tree, and without the first page, no query
works at all. So pages are read one by one, independently. The format is SQLite's
(https://sqlite.org/fileformat2.html); its own `.recover` works in the same way, but only in its
shell.
"""

import mmap
import struct
from collections.abc import Iterator
from os import SEEK_END
from pathlib import Path
from typing import NamedTuple

Value = bytes | str | int | float | None
_TABLE_LEAF, _INDEX_LEAF, _INDEX_INTERIOR = 0x0D, 0x0A, 0x02
_MAGIC = b"SQLite format 3\0"
_USUAL_SIZE = 4096
_HEADER = 100
"""Bytes at the beginning of the first page."""
_WAL_HEADER, _FRAME_HEADER = 32, 24
_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
"""Bytes of an integer, by its type."""


class PageRow(NamedTuple):
    """A row of a table, or an entry of an index."""

    is_entry: bool
    values: tuple[Value, ...]
    """Includes a column that is the rowid."""


class Damaged(ValueError):
    """Bytes that are not a row."""


class Pages:
    """The pages of a file, replaced by newer ones from its write-ahead log."""

    def __init__(self, path: Path) -> None:
        """Read the file. Raises OSError."""
        self._data = _contents(path)
        head = self._data[:_HEADER]
        self._has_header = head.startswith(_MAGIC)
        told = int.from_bytes(head[16:18]) if self._has_header else 0
        size = 65536 if told == 1 else told
        is_size = 512 <= size <= 65536 and size & (size - 1) == 0
        self._size = size if is_size else _USUAL_SIZE
        self._usable = self._size - (head[20] if self._has_header and head[20] < 64 else 0)
        wal = path.with_name(f"{path.name}-wal")
        self._newer = self._read_wal(wal.read_bytes()) if wal.exists() else {}

    def rows(self) -> Iterator[PageRow]:
        """Yield every row and entry that can be read, page by page."""
        free = self._free_pages()
        last = max(len(self._data) // self._size, *self._newer, 0)
        for number in range(1, last + 1):
            if number not in free:
                yield from self._rows_of(number)

    def _page(self, number: int) -> bytes:
        """A page's bytes; none beyond the end."""
        newer = self._newer.get(number)
        start = (number - 1) * self._size
        return self._data[start : start + self._size] if newer is None else newer

    def _rows_of(self, number: int) -> Iterator[PageRow]:
        page = self._page(number)
        begin = _HEADER if number == 1 else 0
        if len(page) < self._size or page[begin] not in (
            _TABLE_LEAF,
            _INDEX_LEAF,
            _INDEX_INTERIOR,
        ):
            return
        kind = page[begin]
        cells = int.from_bytes(page[begin + 3 : begin + 5])
        pointers = begin + (12 if kind == _INDEX_INTERIOR else 8)
        for place in range(pointers, min(pointers + 2 * cells, self._size - 1), 2):
            try:
                yield self._row(page, int.from_bytes(page[place : place + 2]), kind)
            except (Damaged, IndexError, struct.error, UnicodeDecodeError):
                continue  # the caller counts what is missing

    def _row(self, page: bytes, at: int, kind: int) -> PageRow:
        at += 4 if kind == _INDEX_INTERIOR else 0
        length, at = _varint(page, at)
        rowid: int | None = None
        if kind == _TABLE_LEAF:
            rowid, at = _varint(page, at)
        record = self._record(page, at, length, kind)
        return PageRow(kind != _TABLE_LEAF, _values(record, rowid))

    def _record(self, page: bytes, at: int, length: int, kind: int) -> bytes:
        """A record's bytes, including those on overflow pages."""
        here = self._here(length, kind)
        record = page[at : at + here]
        if here == length:
            return record
        following, seen = int.from_bytes(page[at + here : at + here + 4]), set[int]()
        while len(record) < length:
            more = self._page(following)
            if following in seen or len(more) < self._size:
                raise Damaged
            seen.add(following)
            record += more[4 : min(self._usable, 4 + length - len(record))]
            following = int.from_bytes(more[:4])
        return record

    def _here(self, length: int, kind: int) -> int:
        """How many bytes of a record are on its own page."""
        usable = self._usable
        least = (usable - 12) * 32 // 255 - 23
        most = usable - 35 if kind == _TABLE_LEAF else (usable - 12) * 64 // 255 - 23
        if length <= most:
            return length
        some = least + (length - least) % (usable - 4)
        return some if some <= most else least

    def _free_pages(self) -> set[int]:
        """Unused pages; none are known without a header."""
        free = set[int]()
        first = self._page(1)
        trunk = int.from_bytes(first[32:36]) if first.startswith(_MAGIC) else 0
        while trunk and trunk not in free and len(page := self._page(trunk)) == self._size:
            free.add(trunk)
            count = min(int.from_bytes(page[4:8]), self._size // 4 - 2)
            free.update(struct.unpack(f">{count}I", page[8 : 8 + 4 * count]))
            trunk = int.from_bytes(page[:4])
        return free

    def _read_wal(self, wal: bytes) -> dict[int, bytes]:
        """The latest committed pages, by number."""
        salts, step = wal[16:24], _FRAME_HEADER + self._size
        committed, pending = dict[int, bytes](), dict[int, bytes]()
        for start in range(_WAL_HEADER, len(wal) - step + 1, step):
            frame = wal[start : start + step]
            if frame[8:16] != salts:
                break  # frames from before the log was restarted
            pending[int.from_bytes(frame[:4])] = frame[_FRAME_HEADER:]
            if int.from_bytes(frame[4:8]):  # the last frame of a transaction
                committed |= pending
                pending = {}
        return committed


def _contents(path: Path) -> "mmap.mmap | bytes":
    """A file's bytes, which may be larger than memory."""
    with path.open("rb") as file:
        if file.seek(0, SEEK_END) == 0:
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of 1 to 9 bytes, and the position after it."""
    number = 0
    for place in range(at, at + 8):
        number = number << 7 | data[place] & 0x7F
        if data[place] < 0x80:
            return number, place + 1
    return number << 8 | data[at + 8], at + 9


def _values(record: bytes, rowid: int | None) -> tuple[Value, ...]:
    """The columns of a record. Raises Damaged if their lengths do not add up."""
    length, at = _varint(record, 0)
    types: list[int] = []
    while at < length:
        kind, at = _varint(record, at)
        types.append(kind)
    values: list[Value] = []
    for kind in types:
        size = _size_of(kind)
        values.append(_value(kind, record[at : at + size], rowid if not values else None))
        at += size
    if at != len(record) or not values:
        raise Damaged
    return tuple(values)


def _size_of(kind: int) -> int:
    if kind >= 12:
        return (kind - 12) // 2
    return 8 if kind == 7 else _INTEGERS.get(kind, 0)


def _value(kind: int, data: bytes, rowid: int | None) -> Value:
    if kind >= 12:
        return data.decode() if kind % 2 else data
    if kind == 0:
        return rowid  # a first column that is the rowid is stored as NULL
    if kind == 7:
        return struct.unpack(">d", data)[0]
    if kind in (8, 9):
        return kind - 8
    if kind not in _INTEGERS:
        raise Damaged
    return int.from_bytes(data, signed=True)
