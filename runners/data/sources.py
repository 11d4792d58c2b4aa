"""Sources: the rows of a dataset, wherever it is stored.

data.json, data.jsonl, data.csv, .tsv, .parquet, .arrow     texts also as .gz, .zst
folder/                                                     shards of one kind, in name order
hf:tatsu-lab/alpaca, hf:NAME:SPLIT, hf:NAME@REVISION:SPLIT  a dataset of the Hugging Face Hub
s3://bucket/data.jsonl.zst, gs://bucket/folder              the same in a store
"""

import zlib
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any, cast

import zstandard

from runners.data.hashed import Hashing, InEncoding, Readable
from runners.data.hub import is_hub
from runners.data.hub_rows import read_hub
from runners.data.numbers import dump
from runners.data.readers import READERS, TEXTS, UNREAD, Reader, ReadLine, read_json, reader_of
from runners.data.rows import Fields, Row
from runners.data.store_errors import store_errors
from runners.data.stores import Location, StorePath
from runners.errors import UsageError

_ABOUT = ("dataset_info.json", "dataset_dict.json", "state.json")
"""Files that `datasets` saves beside the rows."""
_RUN = {"run.yaml", "run.db"}
"""Files that show that a folder is a run's, in which not all files hold rows."""

_UNREAD = Row("", {}, b"")


def read_rows(
    source: Location,
    *,
    bad_rows: bool = False,
    hashing: Hashing | None = None,
    encoding: str | None = None,
    unread: int = 0,
) -> Iterator[Row]:
    """Yield the rows of a dataset. All is streamed, except that a JSON list is held as a whole.

    With `bad_rows`, a row that is not an object is yielded with its fault instead of raising. With
    `hashing`, local files are hashed as they are read. `encoding` is that of text files; None for
    UTF-8. The first `unread` rows are not needed, and may be yielded empty where that saves time.

    Raises UsageError with file and row if the source is missing, empty, not what its name says, or
    a row is not an object; StorageError if a store can't be reached.
    """
    empty = True
    is_of_hub = is_hub(source)
    rows = read_hub(str(source)) if is_of_hub else _read_files(source, hashing, encoding, unread)
    for row in rows:
        empty = False
        if row.fault is not None and not bad_rows:
            raise UsageError(row.fault)
        yield row
    if empty:
        raise UsageError(f"{source}: holds no rows")


def is_streamed(source: Location) -> bool:
    """Whether a dataset is read row by row, by its file names: JSON may be a list, held as a whole.

    Raises UsageError, StorageError.
    """
    return is_hub(source) or not any(
        reader_of(file) is None or ".json" in file.suffixes for file in files_of(source)
    )


def written_address(source: Location) -> str:
    """A dataset's address in the form in which it is stored, valid from any folder."""
    return str(source.resolve() if isinstance(source, Path) and not is_hub(source) else source)


def files_of(path: Location) -> list[Location]:
    """The files of a dataset: the file itself, or the shards in a folder in name order.

    Raises UsageError, and StorageError if a store can't be reached.
    """
    if not path.is_dir():
        return [path]
    inside = sorted(path.iterdir(), key=lambda each: each.name)
    if {each.name for each in inside} >= _RUN:
        raise UsageError(f"{path}: the folder of a run; its dataset is {path}/evolved.jsonl")
    kinds: dict[Reader, list[Location]] = {}
    for file in inside:
        reader = reader_of(file)
        if reader and file.name not in _ABOUT and file.name[0] != "." and not file.is_dir():
            kinds.setdefault(reader, []).append(file)
    if not kinds:
        known = ", ".join(READERS)
        raise UsageError(f"{path}: a folder without dataset files ({known}, also .gz and .zst)")
    if len(kinds) > 1:
        names = " and ".join(files[0].name for files in kinds.values())
        raise UsageError(f"{path}: shards of more than one kind, such as {names}; name one file")
    return [file for files in kinds.values() for file in files]


def _read_files(
    path: Location, hashing: Hashing | None, encoding: str | None, unread: int
) -> Iterator[Row]:
    for file in files_of(path):
        number = 0
        reader, readable = reader_of(file) or read_json, file
        if hashing is not None and isinstance(file, Path):
            hashed = hashing.reading(file)
            readable = hashed if reader in TEXTS else file
        if encoding is not None and reader in TEXTS:
            readable = InEncoding(readable, encoding)
        for number, value in enumerate(_guarded(reader, readable, unread), start=1):
            yield _UNREAD if value is UNREAD else _row_of(value, f"{file}, row {number}")
        unread = max(0, unread - number)


def _row_of(given: Any, where: str) -> Row:
    value, raw, fault, note = given if isinstance(given, ReadLine) else ReadLine(given, None)
    if fault is None and isinstance(value, dict):
        return Row(where, cast("Fields", value), raw, note=note)
    text = dump(value, is_ascii=True)
    fault = fault or f"{where}: not an object with fields: {text[:60]}"
    return Row(where, {}, text.encode() if raw is None else raw, fault)


def _guarded(reader: Reader, file: Readable, unread: int) -> Iterator[Any]:
    try:
        with store_errors(file) if isinstance(file, StorePath) else nullcontext():
            yield from reader(file, unread)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(f"{file}: can't be read: {' '.join(reason.split())}") from None
