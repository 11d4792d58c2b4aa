"""Lines of JSONL that are written again with other responses, all else byte for byte as it came.

Read and written anew, a row would have the same fields, but not their spelling: `1.10` and `1e5`
would be `1.1` and `100000.0`, a number of thirty digits would lose half of them.
"""

import re
from collections.abc import Iterator
from json import JSONDecoder
from typing import NamedTuple

from runners.data.json_fields import dump_like
from runners.data.numbers import dump
from runners.data.rows import Fields, Row, dump_row

_BLANKS = re.compile(r"[ \t\r\n]*")
_DECODER = JSONDecoder()


class _Member(NamedTuple):
    """Where a field stands in the text of its row."""

    name: str
    start: int
    """Where its name begins."""
    value: int
    """Where its value begins."""
    end: int


def line_of(row: Row, fields: Fields) -> bytes:
    """A row as a line of JSONL, with `fields` in the place of its own.

    Those that are the row's own objects stay as they are spelled in its line, if it came as one.
    """
    if fields is row.fields:
        return row.as_it_came
    if row.raw is None or not row.fields:
        return dump_row(fields)
    return row._replace(raw=_rewritten(row.raw.decode(), row.fields, fields)).as_it_came


def _rewritten(text: str, before: Fields, after: Fields) -> bytes:
    members = [*_members(text)]
    line, end, gap = text[: members[0].start], 0, ""
    for member in members:
        between, end = text[end : member.start], member.end
        if member.name in after:
            line += (gap and between) + _spelled(text, member, before, after)
            gap = ", "
    added = {name: value for name, value in after.items() if name not in before}
    if added:
        line += gap + dump(added)[1:-1]
    # Half a surrogate pair, which UTF-8 has no bytes for, stands in a text: there JSON escapes it.
    return (line + text[end:]).encode(errors="backslashreplace")


def _spelled(text: str, member: _Member, before: Fields, after: Fields) -> str:
    value = after[member.name]
    if value is before[member.name]:
        return text[member.start : member.end]
    given = text[member.value : member.end]
    return text[member.start : member.value] + dump_like(given, value)


def _members(text: str) -> Iterator[_Member]:
    """The fields of a text that has been read as an object."""
    at = _after_blanks(text, text.index("{") + 1)
    while text[at] != "}":
        name, colon = _DECODER.raw_decode(text, at)
        value = _after_blanks(text, _after_blanks(text, colon) + 1)
        _, end = _DECODER.raw_decode(text, value)
        yield _Member(name, at, value, end)
        at = _after_blanks(text, end)
        at = _after_blanks(text, at + 1) if text[at] == "," else at


def _after_blanks(text: str, at: int) -> int:
    return _BLANKS.match(text, at).end()  # pyright: ignore[reportOptionalMemberAccess]
