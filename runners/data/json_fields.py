"""JSON in a field: lists that a dataset stores as text, written back in the same style."""

from itertools import product
from json import JSONDecoder
from typing import Any

from runners.data.numbers import DECODER, dump

_SEPARATORS = ((", ", ": "), (",", ":"))


def json_in(text: str | bytes, decoder: JSONDecoder = DECODER) -> Any:
    """The value of a JSON text; None if it is not JSON. Its numbers know how they are spelled."""
    try:
        return decoder.decode(text if isinstance(text, str) else text.decode())
    except (ValueError, RecursionError):
        return None


def dump_like(given: str, value: Any) -> str:
    """Write a value as JSON with the escapes and spacing of `given`."""
    before = DECODER.decode(given)
    for is_ascii, separators in product((False, True), _SEPARATORS):
        if dump(before, is_ascii=is_ascii, separators=separators) == given:
            return dump(value, is_ascii=is_ascii, separators=separators)
    return dump(value)
