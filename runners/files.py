"""Files: rows out of whatever a dataset is kept in, one after another.

data.json, data.jsonl, data.csv, data.parquet, data.arrow   each also as .gz, .zst (texts only)
folder/                                                     shards of one kind, in name order
hf:tatsu-lab/alpaca, hf:NAME:SPLIT, hf:NAME@REVISION:SPLIT  a Hugging Face dataset, streamed
"""

import csv
import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, cast

import zstandard

from runners.errors import UsageError
from runners.rows import Fields, Row

_PEEK = 1 << 16
_HUB = re.compile(r"hf:(?P<name>[^@:]+)(?:@(?P<revision>[^:]+))?(?::(?P<split>.+))?")


def read_rows(source: Path) -> Iterator[Row]:
    """Yield the rows of a dataset. Everything is streamed, except that a JSON list is held whole.

    Raises UsageError with file and row if the source is missing, empty, not what its name says, or
    a row is not an object.
    """
    empty = True
    for row in _read_hub(str(source)) if is_hub(source) else _read_path(source):
        empty = False
        yield row
    if empty:
        raise UsageError(f"{source}: holds no rows")


def is_hub(source: Path) -> bool:
    """Whether a dataset is one of the Hugging Face Hub."""
    return str(source).startswith("hf:")


def files_of(path: Path) -> list[Path]:
    """The files of a dataset: itself, or a folder's shards in name order. Raises UsageError."""
    if not path.is_dir():
        return [path]
    found = sorted(each for each in path.iterdir() if each.is_file() and _reader(each))
    if not found:
        known = ", ".join(_READERS)
        raise UsageError(f"{path}: a folder without dataset files ({known}, also .gz and .zst)")
    return found


def _read_path(path: Path) -> Iterator[Row]:
    for file in files_of(path):
        reader = _reader(file) or _read_json
        number = 0
        for number, value in enumerate(_guarded(reader, file), start=1):
            where = f"{file}, row {number}"
            if not isinstance(value, dict):
                raise UsageError(f"{where}: not an object with fields: {json.dumps(value)[:60]}")
            yield Row(where, cast("Fields", value))


def _guarded(reader: Callable[[Path], Iterator[Any]], file: Path) -> Iterator[Any]:
    try:
        yield from reader(file)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(f"{file}: can't be read: {reason}") from None


def _reader(path: Path) -> Callable[[Path], Iterator[Any]] | None:
    suffixes = [suffix for suffix in path.suffixes if suffix not in (".gz", ".zst")]
    return _READERS.get(suffixes[-1].lower()) if suffixes else None


def _open(path: Path) -> BinaryIO:
    """Open a file, unpacked if its name says that it is packed."""
    if path.suffix == ".gz":
        return cast("BinaryIO", gzip.open(path, "rb"))
    if path.suffix == ".zst":
        return cast("BinaryIO", zstandard.open(path, "rb"))
    return path.open("rb")


def _read_json(path: Path) -> Iterator[Any]:
    """JSON, or JSONL where the file does not open with a list."""
    with _open(path) as file:
        start = file.read(_PEEK).removeprefix(b"\xef\xbb\xbf").lstrip()
    with _open(path) as file:
        if start.startswith(b"["):
            yield from _parse(file.read(), str(path))
            return
        number = 0
        for line in file:
            if line.strip():
                number += 1
                yield _parse(line, f"{path}, row {number}")


def _parse(data: bytes, where: str) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UsageError(f"{where}: not UTF-8 at byte {error.start}; convert the file") from None
    except json.JSONDecodeError as error:
        hint = "a dataset is a JSON list of rows, or JSONL with a row a line"
        at = f"line {error.lineno} column {error.colno}"
        raise UsageError(f"{where}: not JSON: {error.msg} at {at}; {hint}") from None
    except RecursionError:
        raise UsageError(f"{where}: nested too deeply") from None
    except ValueError:  # the one thing that Python's reader refuses in JSON
        raise UsageError(f"{where}: not JSON for Python: a number has too many digits") from None


def _read_csv(path: Path) -> Iterator[Fields]:
    """CSV with a header line; every field is text."""
    with _open(path) as file, TextIOWrapper(file, "utf-8-sig", newline="") as text:
        rows = csv.DictReader(text, strict=True)
        number = 0
        try:
            for number, row in enumerate(rows, start=1):
                if None in row or None in row.values():
                    columns = len(rows.fieldnames or ())
                    raise UsageError(f"{path}, row {number}: not {columns} columns as the header")
                yield row
        except csv.Error as error:
            raise UsageError(f"{path}, row {number + 1}: not CSV: {error}") from None
        except UnicodeDecodeError as error:
            raise UsageError(f"{path}: not UTF-8 at byte {error.start}; convert it") from None


def _read_parquet(path: Path) -> Iterator[Fields]:
    arrow = import_extra("pyarrow", "Parquet files", "data")
    parquet = import_extra("pyarrow.parquet", "Parquet files", "data")
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=1000):
                yield from batch.to_pylist()
    except arrow.ArrowException as error:
        raise UsageError(f"{path}: not Parquet: {error}") from None


def _read_arrow(path: Path) -> Iterator[Fields]:
    """Arrow IPC: a stream, as `datasets` saves it, or a file (Feather)."""
    arrow = import_extra("pyarrow", "Arrow files", "data")
    try:
        with arrow.memory_map(str(path)) as source:
            try:
                batches = iter(arrow.ipc.open_stream(source))
            except arrow.ArrowInvalid:
                file = arrow.ipc.open_file(source)
                batches = (file.get_batch(index) for index in range(file.num_record_batches))
            for batch in batches:
                yield from batch.to_pylist()
    except arrow.ArrowException as error:
        raise UsageError(f"{path}: not Arrow: {error}") from None


_READERS: dict[str, Callable[[Path], Iterator[Any]]] = {
    ".json": _read_json,
    ".jsonl": _read_json,
    ".ndjson": _read_json,
    ".csv": _read_csv,
    ".parquet": _read_parquet,
    ".arrow": _read_arrow,
    ".feather": _read_arrow,
}


def _read_hub(source: str) -> Iterator[Row]:
    """Stream a dataset of the Hugging Face Hub, by default its split `train`."""
    match = _HUB.fullmatch(source)
    if match is None:
        raise UsageError(f"{source}: write hf:NAME, hf:NAME:SPLIT or hf:NAME@REVISION:SPLIT")
    datasets = import_extra("datasets", "Hugging Face datasets", "data")
    split = match["split"] or "train"
    try:
        rows = datasets.load_dataset(
            match["name"], split=split, revision=match["revision"], streaming=True
        )
        for number, fields in enumerate(rows, start=1):
            yield Row(f"{source}, row {number}", fields)
    except (OSError, ValueError, datasets.exceptions.DatasetsError) as error:
        reason = " ".join(str(error).split())[:300]
        raise UsageError(f"{source}: can't be loaded: {reason}") from None


def import_extra(name: str, what: str, extra: str) -> Any:
    """Import a package that only some people need. Raises UsageError that says how to get it."""
    try:
        return import_module(name)
    except ImportError:
        raise UsageError(f"{what} need: pip install 'coevol[{extra}]'") from None
