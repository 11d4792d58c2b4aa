"""Rows: a row of a dataset, identified by its content, and written as a line of JSONL."""

import json
from hashlib import blake2b
from typing import Any, NamedTuple

from runners.data.numbers import dump

Fields = dict[str, Any]


class Row(NamedTuple):
    """One row of a dataset."""

    where: str
    """File and row number from 1, as in errors: `data.json, row 3`."""
    fields: Fields
    """The fields in the order of the file; empty if the row can't be read."""
    raw: bytes | None = None
    """Its line, if it comes from a JSONL file."""
    fault: str | None = None
    """Why it can't be read, in the words of an error; None if it can."""
    note: str | None = None
    """What the user should know about how the file was read; on the first row only."""

    @property
    def as_it_came(self) -> bytes:
        """The row as a line, byte for byte if it came as one."""
        raw = dump_row(self.fields) if self.raw is None else self.raw
        return raw if raw.endswith(b"\n") else raw + b"\n"

    @property
    def digest(self) -> str:
        """A digest of its content, 20 hex digits, which does not depend on its position."""
        if self.fault is None:
            return digest(self.fields)
        return _hashed(self.as_it_came.rstrip())


def dump_row(fields: Fields) -> bytes:
    """Write a row as a line of JSONL, in UTF-8. Types that JSON lacks become text."""
    try:
        return dump(fields).encode() + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair in some field
        return dump(fields, is_ascii=True).encode() + b"\n"


def digest(fields: Fields) -> str:
    """A digest of a row's fields, in any order, as 20 hex digits."""
    text = json.dumps(fields, sort_keys=True, default=str)
    return _hashed(text.encode())


def _hashed(content: bytes) -> str:
    return blake2b(content, digest_size=10).hexdigest()
