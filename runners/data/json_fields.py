"""JSON in a field: lists that a dataset keeps as text, written back in the way they came."""

import json
from itertools import product
from typing import Any

_SEPARATORS = ((", ", ": "), (",", ":"))


def json_in(text: str | bytes) -> Any:
    """The value that a text holds as JSON; None if it is no JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def dump_like(given: str, value: Any) -> str:
    """Write a value as JSON, with escapes and blanks as in `given`."""
    before = json.loads(given)
    for is_ascii, separators in product((False, True), _SEPARATORS):
        if json.dumps(before, ensure_ascii=is_ascii, separators=separators) == given:
            return json.dumps(value, ensure_ascii=is_ascii, separators=separators)
    return json.dumps(value, ensure_ascii=False)
