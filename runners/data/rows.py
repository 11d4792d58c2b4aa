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
    """The row as it stands in the file, keys in their order."""


def dump_row(fields: Fields) -> bytes:
    """Write a row as one line of JSONL, in UTF-8. Dates and the like, which JSON lacks, as text."""
    text = json.dumps(fields, ensure_ascii=False, default=str)
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair in a field that is not ours
        return json.dumps(fields, default=str).encode() + b"\n"


def digest(fields: Fields) -> str:
    """A row's content as 20 hex digits: the same wherever the row stands in its file."""
    text = json.dumps(fields, sort_keys=True, default=str)
    return blake2b(text.encode(), digest_size=10).hexdigest()
