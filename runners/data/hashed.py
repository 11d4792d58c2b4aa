"""Hashes files as they are read, so that they need not be read again for that."""

from collections import deque
from collections.abc import Iterable
from hashlib import sha256
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import BinaryIO, Literal

from typing_extensions import Buffer  # in collections.abc only from Python 3.12

from runners.data.stores import Location
from runners.errors import UsageError

_BLOCK = 1 << 20


class Hashing:
    """The hash of all files of a dataset, in the order in which they are read.

    Parts that a reader skips, or reads out of order as with Parquet, are read by `Hashing` itself,
    so the hash always covers the whole files.
    """

    def __init__(self, files: Iterable[Path]) -> None:
        self._left = deque(files)
        self._hash = sha256()
        self._until = 0
        """How many bytes of the current file are hashed."""
        self._is_whole = False
        """Whether the current file is hashed completely."""

    def reading(self, file: Path) -> "HashedPath":
        """The next file, wrapped so that reading it hashes it. Raises UsageError."""
        self._finish_until(file)
        return HashedPath(file, self)

    def take(self, start: int, block: bytes) -> None:
        """Hash a block read at position `start`, except parts already hashed; empty at the end."""
        end = start + len(block)
        self._is_whole = self._is_whole or (not block and start == self._until)
        if start <= self._until < end:
            self._hash.update(block[self._until - start :])
            self._until = end

    def hexdigest(self) -> str:
        """The hash of all files, in hex. Raises UsageError if one can't be read."""
        self._finish_until(None)
        return self._hash.hexdigest()

    def _finish_until(self, file: Path | None) -> None:
        while self._left and self._left[0] != file:
            path = self._left.popleft()
            if not self._is_whole:
                self._finish(path)
            self._until, self._is_whole = 0, False

    def _finish(self, path: Path) -> None:
        try:
            with path.open("rb") as rest:
                rest.seek(self._until)
                while block := rest.read(_BLOCK):
                    self._hash.update(block)
        except OSError as error:
            raise UsageError(f"{path}: can't be read: {error.strerror}") from None


class HashedPath:
    """A local file, with the part of the `Path` interface that readers need."""

    def __init__(self, path: Path, hashing: Hashing) -> None:
        self._path, self._hashing = path, hashing
        self.name, self.suffix, self.suffixes = path.name, path.suffix, path.suffixes

    def __str__(self) -> str:
        return str(self._path)

    def open(self, mode: Literal["rb"] = "rb") -> BinaryIO:
        """Open the file for reading. Raises OSError."""
        return BufferedReader(_HashedFile(self._path, self._hashing), _BLOCK)


class _HashedFile(RawIOBase):
    def __init__(self, path: Path, hashing: Hashing) -> None:
        self._file, self._hashing = path.open("rb", buffering=0), hashing

    def readable(self) -> bool:
        """Always true."""
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        """Fill a buffer and hash what is new; 0 at the end."""
        start, view = self._file.tell(), memoryview(buffer).cast("B")
        count = self._file.readinto(view)
        self._hashing.take(start, bytes(view[:count]))
        return count

    def close(self) -> None:
        """Close the file, too."""
        self._file.close()
        super().close()


class InEncoding:
    """A text file in an encoding other than UTF-8, with the `Path` interface that readers need."""

    def __init__(self, path: "Location | HashedPath", encoding: str) -> None:
        self.path, self.encoding = path, encoding
        self.name, self.suffix, self.suffixes = path.name, path.suffix, path.suffixes

    def __str__(self) -> str:
        return str(self.path)

    def open(self, mode: Literal["rb"] = "rb") -> BinaryIO:
        """Open the file without decoding. Raises OSError."""
        return self.path.open(mode)


Readable = Location | HashedPath | InEncoding
"""What readers of files accept."""
