"""Files that are whole or not there, whenever the process is killed."""

import os
from pathlib import Path
from typing import BinaryIO

from runners.errors import StorageError


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that it is whole or not there. Raises StorageError."""
    try:
        with Replacement(path) as file:
            file.write(data)
    except OSError as error:
        raise StorageError(f"{path}: can't be written: {error.strerror}") from None


class Replacement:
    """A file that takes another's place when all of it is on the disk.

    Where it can't be written to the end, which raises OSError, the other one stays.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._half = path, path.with_name(f"{path.name}.tmp")

    def __enter__(self) -> BinaryIO:
        self._file = self._half.open("wb")
        return self._file

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        try:
            with self._file:
                if error is None:
                    self._file.flush()
                    os.fsync(self._file.fileno())
            if error is None:
                self._half.replace(self._path)
        finally:  # where it has taken its place there is none any more
            self._half.unlink(missing_ok=True)
