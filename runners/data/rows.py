"""Rows: one row of a dataset, told apart by its content, and written as a line of JSONL."""

import json
from hashlib import blake2b
from typing import Any, NamedTuple

Fields = dict[str, Any]


class Row(NamedTuple):
    """One row of a dataset."""

    where: str
    """File and number from 1, as errors name it: `data.json, row 3`."""
    fields: Fields
    """The row as it stands in the file, keys in their order; none if it can't be read."""
    raw: bytes | None = None
    """Its line in a file of JSONL."""
    fault: str | None = None
    """Why it can't be read, as an error says it; None if it can."""
    note: str | None = None
    """What a person should know of how its file was read; the first row has it."""

    @property
    def as_it_came(self) -> bytes:
        """Its line, byte for byte where it came as one."""
        raw = dump_row(self.fields) if self.raw is None else self.raw
        return raw if raw.endswith(b"\n") else raw + b"\n"

    @property
    def digest(self) -> str:
        """Its content as 20 hex digits: the same wherever the row stands in its file."""
        if self.fault is None:
            return digest(self.fields)
        return _hashed(self.as_it_came.rstrip())


def dump_row(fields: Fields) -> bytes:
    """Write a row as one line of JSONL, in UTF-8. Dates and the like, which JSON lacks, as text."""
    text = json.dumps(fields, ensure_ascii=False, default=str)
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair in a field that is not ours
        return json.dumps(fields, default=str).encode() + b"\n"


def digest(fields: Fields) -> str:
    """The content of a row's fields, in any order, as 20 hex digits."""
    text = json.dumps(fields, sort_keys=True, default=str)
    return _hashed(text.encode())


def _hashed(content: bytes) -> str:
    return blake2b(content, digest_size=10).hexdigest()
