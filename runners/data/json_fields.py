"""JSON in a field: lists that a dataset stores as text, written back in the same style."""

import json
from itertools import product
from typing import Any

_SEPARATORS = ((", ", ": "), (",", ":"))


def json_in(text: str | bytes) -> Any:
    """The value of a JSON text; None if it is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def dump_like(given: str, value: Any) -> str:
    """Write a value as JSON with the escapes and spacing of `given`."""
    before = json.loads(given)
    for is_ascii, separators in product((False, True), _SEPARATORS):
        if json.dumps(before, ensure_ascii=is_ascii, separators=separators) == given:
            return json.dumps(value, ensure_ascii=is_ascii, separators=separators)
    return json.dumps(value, ensure_ascii=False)
