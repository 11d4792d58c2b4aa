"""Rows in memory: written to a file once, so that a run can read them repeatedly, and resume.

Any iterable of mappings will do: a list, a generator, a Hugging Face `Dataset` or
`IterableDataset`.
"""

import os
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import zstandard

from runners.data.dataset import Selection
from runners.data.rows import dump_row
from runners.errors import StorageError, UsageError

Rows = Iterable[Mapping[str, Any]]


@contextmanager
def written_down(rows: Rows, path: Path, selection: Selection) -> Generator[Path]:
    """Write rows into a hidden file beside `path`, which is removed unless it is moved away.

    Only rows that may be wanted are consumed. Raises UsageError with the number of the first row
    that is not a mapping, and StorageError.
    """
    limit = selection.limit
    end = None if limit is None else selection.offset + limit
    half = path.with_name(f".{path.name}")
    lines = _lines(islice(rows, end))
    try:
        _write(half, lines)
        yield half
    finally:
        half.unlink(missing_ok=True)


def _write(path: Path, lines: Iterator[bytes]) -> None:
    """Write lines into a compressed file. Errors raised by the iterator pass through unchanged."""
    with _storing(path.parent):
        file = path.open("wb")
    with file:
        packed = zstandard.ZstdCompressor().stream_writer(file, closefd=False)
        for line in lines:
            with _storing(path.parent):
                packed.write(line)
        with _storing(path.parent):
            packed.close()
            file.flush()
            os.fsync(file.fileno())


@contextmanager
def _storing(folder: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(f"{folder}: can't be written: {error.strerror}") from None


def _lines(rows: Rows) -> Iterator[bytes]:
    number = 0
    for number, row in enumerate(rows, start=1):
        where = f"data, row {number}"
        if not isinstance(row, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
            found = " ".join(repr(row).split())[:60]
            raise UsageError(f"{where}: must be a dict of fields, but is {found}")
        try:
            yield dump_row(dict(row))
        except (TypeError, ValueError, RecursionError) as error:
            raise UsageError(f"{where}: can't be written as JSON: {error}") from None
    if number == 0:
        raise UsageError("data: holds no rows")
