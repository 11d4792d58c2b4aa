"""Files hashed as they are read, so that nobody has to read them once more for their hash."""

from collections import deque
from collections.abc import Iterable
from hashlib import sha256
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import BinaryIO, Literal

from typing_extensions import Buffer  # of collections.abc only from Python 3.12

from runners.data.stores import Location
from runners.errors import UsageError

_BLOCK = 1 << 20


class Hashing:
    """The hash of all files of a dataset, one after another, in the order in which they are read.

    What a reader leaves out, or reads in an order of its own as those of Parquet do, is read by and
    by, so that the hash is always that of the whole files.
    """

    def __init__(self, files: Iterable[Path]) -> None:
        self._left = deque(files)
        self._hash = sha256()
        self._until = 0
        """Bytes of the first file left that are in the hash."""
        self._is_whole = False
        """Whether these are all."""

    def reading(self, file: Path) -> "HashedPath":
        """The file that comes next, to be read in its place. Raises UsageError."""
        self._finish_until(file)
        return HashedPath(file, self)

    def take(self, start: int, block: bytes) -> None:
        """Hash what was read from a place on, nothing at the end; but not what is in the hash."""
        end = start + len(block)
        self._is_whole = self._is_whole or (not block and start == self._until)
        if start <= self._until < end:
            self._hash.update(block[self._until - start :])
            self._until = end

    def hexdigest(self) -> str:
        """The hash of all files. Raises UsageError if one of them can't be read."""
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
    """A file on a disk, with as much of `Path` as readers of texts need."""

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
        """It is."""
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        """Fill a buffer, and hash what is new of it; 0 at the end."""
        start, view = self._file.tell(), memoryview(buffer).cast("B")
        count = self._file.readinto(view)
        self._hashing.take(start, bytes(view[:count]))
        return count

    def close(self) -> None:
        """Close the file too."""
        self._file.close()
        super().close()


class InEncoding:
    """A file of text in another encoding than UTF-8, with as much of `Path` as readers need."""

    def __init__(self, path: "Location | HashedPath", encoding: str) -> None:
        self.path, self.encoding = path, encoding
        self.name, self.suffix, self.suffixes = path.name, path.suffix, path.suffixes

    def __str__(self) -> str:
        return str(self.path)

    def open(self, mode: Literal["rb"] = "rb") -> BinaryIO:
        """Open the file as it is. Raises OSError."""
        return self.path.open(mode)


Readable = Location | HashedPath | InEncoding
"""What readers of files are given."""
