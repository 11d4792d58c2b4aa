"""Texts of a row: returns the text in a field, or raises an error that says what is wrong there."""

import re
from typing import Any

from runners.data.leaves import leaves_of
from runners.data.rows import Fields, Row
from runners.errors import UsageError

_SURROGATE = re.compile("[\ud800-\udfff]")


def names_in(fields: Fields) -> str:
    """The names of a row's fields, on one line; half a surrogate pair is escaped."""
    names = ", ".join(" ".join(name.split())[:40] for name in list(fields)[:20]) or "none"
    return names.encode(errors="backslashreplace").decode()


def text_in(row: Row, field: str) -> str:
    """The text in a field. Raises UsageError with file, row and field."""
    if field not in row.fields:
        found = names_in(row.fields)
        raise UsageError(f"{row.where}, field {field}: missing; fields found: {found}")
    return checked(row.fields[field], f"{row.where}, field {field}")


def checked(value: Any, where: str) -> str:
    """The value if it is text. Raises UsageError otherwise."""
    if not isinstance(value, str):
        kind = type(value).__name__ if value is not None else "null"
        raise UsageError(f"{where}: must be text, but is {kind}")
    if has_surrogate(value):
        raise UsageError(f"{where}: holds half a surrogate pair; not text")
    return value


def check_texts(value: Any, where: str) -> None:
    """Raise UsageError if a text anywhere in a value is none."""
    for each in leaves_of(value):
        if isinstance(each, str):
            checked(each, where)


def has_surrogate(text: str) -> bool:
    """Whether a text contains half a surrogate pair, which UTF-8 can't encode."""
    return not text.isascii() and _SURROGATE.search(text) is not None
