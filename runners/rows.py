"""Rows: a dataset's file, read one row after another, each checked before it is used."""

import json
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple, cast

from nodes.state import Sample
from runners.errors import UsageError

Fields = dict[str, Any]


class Row(NamedTuple):
    """One row of a dataset."""

    where: str
    """File and number from 1, as errors name it: `data.json, row 3`."""
    fields: Fields
    """The row as it stands in the file, keys in their order."""


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a JSON list or of a JSONL file (a row a line, blank lines skipped).

    JSONL is streamed; a JSON list is held whole. Raises UsageError with file and row if the file
    is missing, a folder, empty, not UTF-8, not JSON, not a list, or a row is not an object.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror}") from None
    rows = _read_list(path) if start.startswith(b"[") else _read_lines(path)
    empty = True
    for where, value in rows:
        empty = False
        if not isinstance(value, dict):
            raise UsageError(f"{where}: not an object with fields, but {json.dumps(value)[:60]}")
        yield Row(where, cast("Fields", value))
    if empty:
        raise UsageError(f"{path}: holds no rows")


def _read_list(path: Path) -> Iterator[tuple[str, Any]]:
    values = _parse(path.read_bytes(), str(path))
    for number, value in enumerate(values, start=1):
        yield f"{path}, row {number}", value


def _read_lines(path: Path) -> Iterator[tuple[str, Any]]:
    number = 0
    with path.open("rb") as file:
        for line in file:
            if line.strip():
                number += 1
                yield f"{path}, row {number}", _parse(line, f"{path}, row {number}")


def _parse(data: bytes, where: str) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UsageError(f"{where}: not UTF-8 at byte {error.start}; convert the file") from None
    except json.JSONDecodeError as error:
        hint = "a dataset is a JSON list of rows, or JSONL with a row a line"
        at = f"line {error.lineno} column {error.colno}"
        raise UsageError(f"{where}: not JSON: {error.msg} at {at}; {hint}") from None
    except ValueError:  # the one thing that Python's reader refuses in JSON
        raise UsageError(f"{where}: not JSON for Python: a number has too many digits") from None
    except RecursionError:
        raise UsageError(f"{where}: nested too deeply") from None


def to_sample(row: Row) -> Sample:
    """Take the sample out of an Alpaca row (`instruction`, `input`, `output`).

    A missing or null input is none; an empty output is allowed, there is something to improve.
    Raises UsageError with file, row and field.
    """
    instruction = _text(row, "instruction")
    if not instruction.strip():
        raise UsageError(f"{row.where}, field instruction: empty; give the row a task")
    given = row.fields.get("input")
    return Sample(
        id="",
        instruction=instruction,
        input="" if given is None else _text(row, "input"),
        response=_text(row, "output"),
    )


def _text(row: Row, field: str) -> str:
    if field not in row.fields:
        found = ", ".join(row.fields) or "none"
        raise UsageError(f"{row.where}, field {field}: missing; fields found: {found}")
    value = row.fields[field]
    if not isinstance(value, str):
        kind = type(value).__name__ if value is not None else "null"
        raise UsageError(f"{row.where}, field {field}: must be text, but is {kind}")
    if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise UsageError(f"{row.where}, field {field}: holds half a surrogate pair; not text")
    return value


def with_response(fields: Fields, response: str) -> Fields:
    """Return the row with its response replaced; all other fields untouched and in order."""
    return {**fields, "output": response}


def dump_row(fields: Fields) -> bytes:
    """Write a row as one line of JSONL, in UTF-8."""
    text = json.dumps(fields, ensure_ascii=False)
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair in a field that is not ours
        return json.dumps(fields).encode() + b"\n"


def digest(fields: Fields) -> str:
    """A row's content as 20 hex digits: the same wherever the row stands in its file."""
    text = json.dumps(fields, sort_keys=True)
    return blake2b(text.encode(), digest_size=10).hexdigest()
