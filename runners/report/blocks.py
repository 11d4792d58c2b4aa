"""Blocks: rows compressed in pieces, so that a page unpacks only what it shows."""

import base64
import zlib
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import Any, Self

import orjson

_LETTERS = 1 << 18
"""Size of a block's JSON in bytes: unpacked within milliseconds. A longer row has its own block."""


def pack(value: Any) -> bytes:
    """JSON, compressed (zlib), in base64: nothing in it can end an HTML element."""
    return _pack(orjson.dumps(value))


def _pack(data: bytes) -> bytes:
    return base64.b64encode(zlib.compress(data))


class Blocks:
    """Packs values into blocks, each a JSON list, in an anonymous temporary file."""

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 # closed by __exit__
        self._waiting: list[bytes] = []
        self._size = 0
        self._count = 0
        self.starts: list[int] = []
        """For each block, the number of its first value."""

    def __enter__(self) -> Self:
        """The file exists from the start."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file, which deletes it."""
        self._file.close()

    def add(self, value: Any) -> None:
        """Add a value; it is in the file after `finish`."""
        data = orjson.dumps(value)
        if self._waiting and self._size + len(data) > _LETTERS:
            self.finish()
        self._waiting.append(data)
        self._size += len(data)

    def finish(self) -> None:
        """Write the pending values as a block."""
        if not self._waiting:
            return
        self.starts.append(self._count)
        self._count += len(self._waiting)
        self._file.write(_pack(b"[" + b",".join(self._waiting) + b"]") + b"\n")
        self._waiting, self._size = [], 0

    def read(self) -> Iterator[str]:
        """Yield the blocks' texts in order, from the start of the file."""
        self._file.seek(0)
        for line in self._file:
            yield line.decode("ascii").rstrip("\n")
