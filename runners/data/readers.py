"""Readers: yield the rows of one file, chosen by the file's suffix."""

import csv
import json
import os
import sys
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from io import BytesIO, TextIOWrapper
from itertools import islice, repeat
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from runners.data.columns import are_columns, rows_of
from runners.data.hashed import Readable
from runners.data.numbers import DECODER
from runners.data.packed import PACKINGS, open_packed
from runners.data.recoded import not_utf8
from runners.data.rows import Fields
from runners.data.run_on import NOTE, is_run_on, read_run_on
from runners.errors import UsageError
from runners.extras import import_extra

Reader = Callable[[Readable, int], Iterator[Any]]
"""Yields the rows of a file, as values or as a ReadLine for each.

The number says how many rows at the start the caller does not need: UNREAD may stand for each.
"""
_PEEK = 1 << 16
_BUFFER = 1 << 20
"""Bytes of a Parquet column that are read at once; its pages are usually of this size."""
_PIECE = 100
"""Rows of Parquet and Arrow that are converted to Python objects at once."""


class ReadLine(NamedTuple):
    """The value of a row, and its line if it comes from JSONL."""

    value: Any
    raw: bytes | None
    fault: str | None = None
    """Why it has no value."""
    note: str | None = None
    """What the user should know about how the file was read."""


UNREAD = ReadLine(None, b"")
"""Stands for a row that the caller does not need."""


def reader_of(path: Readable) -> Reader | None:
    """The reader for a file's suffix; None if it is unknown."""
    suffixes = [suffix for suffix in path.suffixes if suffix not in PACKINGS]
    return READERS.get(suffixes[-1].lower()) if suffixes else None


def read_json(path: Readable, unread: int = 0) -> Iterator[Any]:
    """JSON: a list of rows, JSONL, or a table by columns."""
    with open_packed(path) as file:
        start = file.read(_PEEK)
        if is_run_on(start):
            yield from _noted(NOTE, read_run_on(start, file, str(path)))
            return
        if not start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"["):
            yield from _read_lines(path, filter(bytes.strip, _lines(start, file)), unread)
            return
    with open_packed(path) as file:
        yield from _parse(file.read(), str(path))


def _noted(note: str, values: Iterator[Any]) -> Iterator[Any]:
    """The values, the first with a note; or the rows, if there is only a table by columns."""
    first = next(values, None)
    second = next(values, None)
    if second is None and are_columns(first):
        yield from rows_of(first)
        return
    yield ReadLine(first, None, note=note)
    if second is not None:
        yield second
    yield from values


def _read_lines(path: Readable, lines: Iterator[bytes], unread: int) -> Iterator[Any]:
    numbered = enumerate(lines, start=1)
    read = (_read_line(line, f"{path}, row {n}") for n, line in numbered)
    first = next(read, None)
    if first is None:
        return
    second = next(read, None) if are_columns(first.value) else None
    if second is None and are_columns(first.value):
        yield from rows_of(first.value)
        return
    yield first
    if second is not None:
        yield second
    # Finding the end of a line takes a tenth of the time of parsing it.
    yield from (UNREAD for _ in islice(numbered, max(0, unread - (1 if second is None else 2))))
    yield from read


def _read_line(line: bytes, where: str) -> ReadLine:
    raw = line.removeprefix(BOM_UTF8)
    try:
        return ReadLine(_parse(line, where), raw)
    except UsageError as error:
        return ReadLine(None, raw, str(error))


def _lines(start: bytes, file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file whose start has been read: reopening is expensive in a store."""
    for line in BytesIO(start):
        yield line if line.endswith(b"\n") else line + file.readline()
    yield from file


def _place(error: json.JSONDecodeError) -> str:
    """Where JSON is broken; a line of JSONL ends before its line break."""
    line = error.doc.rstrip("\r\n")
    if "\n" in line:
        return f"line {error.lineno} column {error.colno}"
    return f"column {min(error.pos, len(line)) + 1}"


def _parse(data: bytes, where: str) -> Any:
    try:
        return DECODER.decode(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise not_utf8(where, error) from None
    except json.JSONDecodeError as error:
        hint = "a dataset is a JSON list of rows, or JSONL with a row a line"
        raise UsageError(f"{where}: not JSON: {error.msg} at {_place(error)}; {hint}") from None
    except RecursionError:
        raise UsageError(f"{where}: nested too deeply") from None
    except ValueError:  # the one case of valid JSON that Python rejects
        raise UsageError(f"{where}: not JSON for Python: a number has too many digits") from None


def read_csv(path: Readable, _unread: int = 0) -> Iterator[Fields]:
    """CSV with a header line; every field is text, of any length."""
    return _read_table(path, ",")


def read_tsv(path: Readable, _unread: int = 0) -> Iterator[Fields]:
    """The same with tabs between fields, quoted as in CSV where a field has one, as pandas does."""
    return _read_table(path, "\t")


def _read_table(path: Readable, delimiter: str) -> Iterator[Fields]:
    csv.field_size_limit(sys.maxsize)  # for the whole process; by default 128 KB
    with open_packed(path) as file, TextIOWrapper(file, "utf-8-sig", newline="") as text:
        rows = csv.DictReader(text, strict=True, delimiter=delimiter)
        number = 0
        try:
            _check_names(path, rows.fieldnames or ())
            for number, row in enumerate(rows, start=1):
                if None in row or None in row.values():
                    columns = len(rows.fieldnames or ())
                    raise UsageError(f"{path}, row {number}: not {columns} columns as the header")
                yield row
        except csv.Error as error:
            raise UsageError(f"{path}, row {number + 1}: not CSV: {error}") from None
        except UnicodeDecodeError as error:
            raise not_utf8(str(path), error) from None


def _check_names(path: Readable, names: Sequence[str]) -> None:
    """Raise UsageError if a table has two columns of one name: a row can hold one of them."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise UsageError(f"{path}: names the column {twice[0]!r} twice; rename one")


def read_parquet(path: Readable, unread: int = 0) -> Iterator[Any]:
    """Parquet, a few rows at a time, however large its row groups are."""
    arrow = _arrow("Parquet files")
    parquet = import_extra("pyarrow.parquet", "Parquet files", "data")
    with ExitStack() as files:
        files.enter_context(_arrow_errors(path, "Parquet", arrow))
        source = path if isinstance(path, Path) else files.enter_context(path.open())
        # Read pages as needed: by default, a whole row group is read ahead, often 100 MB.
        opened = parquet.ParquetFile(source, pre_buffer=False, buffer_size=_BUFFER)
        file = files.enter_context(opened)
        _check_names(path, file.schema_arrow.names)
        yield from _rows_in(file.iter_batches(batch_size=_PIECE, use_threads=False), unread)


def read_arrow(path: Readable, unread: int = 0) -> Iterator[Any]:
    """Arrow IPC: a stream, as `datasets` saves it, or a file (Feather)."""
    arrow = _arrow("Arrow files")
    with ExitStack() as files:
        files.enter_context(_arrow_errors(path, "Arrow", arrow))
        is_local = isinstance(path, Path)
        source = files.enter_context(arrow.memory_map(str(path)) if is_local else path.open())
        try:
            batches = iter(arrow.ipc.open_stream(source))
        except arrow.ArrowInvalid:
            file = arrow.ipc.open_file(source)
            batches = (file.get_batch(index) for index in range(file.num_record_batches))
        batches = map(partial(_validated, path), batches)
        pieces = (
            batch.slice(start, _PIECE)
            for batch in batches
            for start in range(0, batch.num_rows, _PIECE)
        )
        yield from _rows_in(pieces, unread)


def _arrow(what: str) -> Any:
    """pyarrow, taking its memory from the system, which gets pages back as they are freed.

    Its own allocator, mimalloc, keeps some of them for each thread, and a large dataset is read in
    two: 40 MB. Raises UsageError without the extra.
    """
    # Read when pyarrow is first imported. Its `set_memory_pool` does not reach the Parquet reader.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    return import_extra("pyarrow", what, "data")


def _validated(path: Readable, batch: Any) -> Any:
    """The batch after validation, because reading a damaged one could crash the process."""
    batch.validate(full=True)
    _check_names(path, batch.schema.names)
    return batch


def _rows_in(pieces: Iterable[Any], unread: int) -> Iterator[Any]:
    """The rows of pieces of a table; pieces that are not needed are not converted."""
    for piece in pieces:
        unread -= piece.num_rows
        yield from repeat(UNREAD, piece.num_rows) if unread >= 0 else piece.to_pylist()


@contextmanager
def _arrow_errors(path: Readable, kind: str, arrow: Any) -> Generator[None]:
    """Name the file in errors, also for values without a Python type, such as a far date."""
    try:
        yield
    except (arrow.ArrowException, ValueError, OverflowError) as error:
        reason = " ".join(str(error).split())
        raise UsageError(f"{path}: not {kind} that can be read: {reason}") from None


READERS: dict[str, Reader] = {
    ".json": read_json,
    ".jsonl": read_json,
    ".ndjson": read_json,
    ".csv": read_csv,
    ".tsv": read_tsv,
    ".parquet": read_parquet,
    ".arrow": read_arrow,
    ".feather": read_arrow,
}
TEXTS = (read_json, read_csv, read_tsv)
"""Readers that read a file sequentially."""
