"""Files that are either whole or absent, whenever the process is killed."""

import os
from pathlib import Path
from typing import BinaryIO

from runners.errors import StorageError


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that it is either whole or absent. Raises StorageError."""
    try:
        with Replacement(path) as file:
            file.write(data)
    except OSError as error:
        raise StorageError(f"{path}: can't be written: {error.strerror}") from None


class Replacement:
    """A file that replaces another one when it is completely written.

    If writing it fails with an OSError, the other one stays.
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
        finally:  # it is gone if it has replaced the other
            self._half.unlink(missing_ok=True)
