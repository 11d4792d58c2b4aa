"""Readers: rows out of one file, by the kind that its name tells."""

import csv
import json
import sys
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from runners.data.columns import are_columns, rows_of
from runners.data.hashed import Readable
from runners.data.packed import PACKINGS, open_packed
from runners.data.recoded import not_utf8
from runners.data.rows import Fields
from runners.data.run_on import NOTE, is_run_on, read_run_on
from runners.errors import UsageError
from runners.extras import import_extra

Reader = Callable[[Readable], Iterator[Any]]
"""Gives what stands in a file's rows: values, or a ReadLine of each."""
_PEEK = 1 << 16
_BUFFER = 1 << 20
"""Bytes of a column of Parquet that are read at once; a page of it is usually as large."""
_PIECE = 100
"""Rows of Parquet and Arrow that are made Python's own at once."""


class ReadLine(NamedTuple):
    """What stands in a row, and its line if it is one of JSONL."""

    value: Any
    raw: bytes | None
    fault: str | None = None
    """Why it has no value."""
    note: str | None = None
    """What a person should know of how the file was read."""


def reader_of(path: Readable) -> Reader | None:
    """The reader for a file's kind, None if its name tells none."""
    suffixes = [suffix for suffix in path.suffixes if suffix not in PACKINGS]
    return READERS.get(suffixes[-1].lower()) if suffixes else None


def read_json(path: Readable) -> Iterator[Any]:
    """JSON, or JSONL where the file does not open with a list; or a table by columns."""
    with open_packed(path) as file:
        start = file.read(_PEEK)
        if is_run_on(start):
            yield from _noted(NOTE, read_run_on(start, file, str(path)))
            return
        if not start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"["):
            yield from _read_lines(path, filter(bytes.strip, _lines(start, file)))
            return
    with open_packed(path) as file:
        yield from _parse(file.read(), str(path))


def _noted(note: str, values: Iterator[Any]) -> Iterator[Any]:
    """Values, the first with a note; or the rows of a table by columns, if that is all."""
    first = next(values, None)
    second = next(values, None)
    if second is None and are_columns(first):
        yield from rows_of(first)
        return
    yield ReadLine(first, None, note=note)
    if second is not None:
        yield second
    yield from values


def _read_lines(path: Readable, lines: Iterator[bytes]) -> Iterator[Any]:
    read = (_read_line(line, f"{path}, row {n}") for n, line in enumerate(lines, start=1))
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
    yield from read


def _read_line(line: bytes, where: str) -> ReadLine:
    raw = line.removeprefix(BOM_UTF8)
    try:
        return ReadLine(_parse(line, where), raw)
    except UsageError as error:
        return ReadLine(None, raw, str(error))


def _lines(start: bytes, file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file of which the start is read: to open it again costs, in a store."""
    for line in BytesIO(start):
        yield line if line.endswith(b"\n") else line + file.readline()
    yield from file


def _parse(data: bytes, where: str) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise not_utf8(where, error) from None
    except json.JSONDecodeError as error:
        hint = "a dataset is a JSON list of rows, or JSONL with a row a line"
        at = f"line {error.lineno} column {error.colno}"
        raise UsageError(f"{where}: not JSON: {error.msg} at {at}; {hint}") from None
    except RecursionError:
        raise UsageError(f"{where}: nested too deeply") from None
    except ValueError:  # the one thing that Python's reader refuses in JSON
        raise UsageError(f"{where}: not JSON for Python: a number has too many digits") from None


def read_csv(path: Readable) -> Iterator[Fields]:
    """CSV with a header line; every field is text, of any length."""
    csv.field_size_limit(sys.maxsize)  # for all of the process; by default 128 KB
    with open_packed(path) as file, TextIOWrapper(file, "utf-8-sig", newline="") as text:
        rows = csv.DictReader(text, strict=True)
        number = 0
        try:
            _check_header(path, rows.fieldnames or ())
            for number, row in enumerate(rows, start=1):
                if None in row or None in row.values():
                    columns = len(rows.fieldnames or ())
                    raise UsageError(f"{path}, row {number}: not {columns} columns as the header")
                yield row
        except csv.Error as error:
            raise UsageError(f"{path}, row {number + 1}: not CSV: {error}") from None
        except UnicodeDecodeError as error:
            raise not_utf8(str(path), error) from None


def _check_header(path: Readable, names: Sequence[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise UsageError(f"{path}: the header names the column {twice[0]!r} twice; rename one")


def read_parquet(path: Readable) -> Iterator[Fields]:
    """Parquet, some rows at a time, however large its groups of rows are."""
    arrow = import_extra("pyarrow", "Parquet files", "data")
    parquet = import_extra("pyarrow.parquet", "Parquet files", "data")
    with ExitStack() as files:
        files.enter_context(_arrow_errors(path, "Parquet", arrow))
        source = path if isinstance(path, Path) else files.enter_context(path.open())
        # Pages as they are needed: by default a whole group of rows is read ahead, often 100 MB.
        opened = parquet.ParquetFile(source, pre_buffer=False, buffer_size=_BUFFER)
        file = files.enter_context(opened)
        for batch in file.iter_batches(batch_size=_PIECE, use_threads=False):
            yield from batch.to_pylist()


def read_arrow(path: Readable) -> Iterator[Fields]:
    """Arrow IPC: a stream, as `datasets` saves it, or a file (Feather)."""
    arrow = import_extra("pyarrow", "Arrow files", "data")
    with ExitStack() as files:
        files.enter_context(_arrow_errors(path, "Arrow", arrow))
        is_local = isinstance(path, Path)
        source = files.enter_context(arrow.memory_map(str(path)) if is_local else path.open())
        try:
            batches = iter(arrow.ipc.open_stream(source))
        except arrow.ArrowInvalid:
            file = arrow.ipc.open_file(source)
            batches = (file.get_batch(index) for index in range(file.num_record_batches))
        for batch in batches:
            batch.validate(full=True)  # without it, a damaged file ends the process
            for start in range(0, batch.num_rows, _PIECE):
                yield from batch.slice(start, _PIECE).to_pylist()


@contextmanager
def _arrow_errors(path: Readable, kind: str, arrow: Any) -> Generator[None]:
    """Name the file; a value that Python has no type for, such as a far date, is an error too."""
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
    ".parquet": read_parquet,
    ".arrow": read_arrow,
    ".feather": read_arrow,
}
TEXTS = (read_json, read_csv)
"""Those that read a file from its start to its end."""
