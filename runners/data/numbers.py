"""JSON whose numbers keep their spelling.

Read and written by Python alone, `1.10` and `1E5` would be `1.1` and `100000.0`, a number of thirty
digits would lose half of them, and `1e400` would be `Infinity`, which is no JSON.
"""

import json
import re
from collections.abc import Iterable, Iterator
from math import isinf
from secrets import token_hex
from typing import Any, cast

from runners.data.leaves import leaves_of

_TOKEN = token_hex(16)
"""Stands in the place of a number, with its index behind it; it is in nobody's data."""
_MARK = re.compile(f'"{_TOKEN}([0-9]+)"')


class Number(float):
    """A number that is spelled otherwise than Python would spell its value."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> "Number":
        """Read a number of JSON; its value is infinite if no float is as large."""
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __reduce__(self) -> tuple[type["Number"], tuple[str]]:
        """Pickle it with its spelling."""
        return Number, (self.text,)


def _read(text: str) -> float:
    value = float(text)
    return value if repr(value) == text else Number(text)


DECODER = json.JSONDecoder(parse_float=_read)
"""Reads JSON; a number that Python would spell otherwise becomes a `Number`."""


def dump(value: Any, *, is_ascii: bool = False, separators: tuple[str, str] | None = None) -> str:
    """Write a value as JSON, its numbers as they were spelled.

    Types that JSON lacks become text; NaN and Infinity are written as Python, pyarrow, pandas and
    `datasets` read them. Raises ValueError for a value that contains itself.
    """

    def plain(each: Any) -> str:
        return json.dumps(each, ensure_ascii=is_ascii, separators=separators, default=str)

    text = plain(value)  # first, since nobody comes to the end of a value that contains itself
    if next(_numbers(value), None) is None:
        return text
    spelled: list[str] = []
    marked = plain(_marked(value, spelled))
    return _MARK.sub(lambda found: spelled[int(found[1])], marked)


def exceeds_floats(value: Any) -> bool:
    """Whether a number anywhere in a value is too large for a float, such as `1e400`."""
    return any(map(isinf, _numbers(value)))


def _numbers(value: Any) -> Iterator[Number]:
    return (each for each in leaves_of(value) if isinstance(each, Number))


def _items_of(holder: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(holder, dict):
        return cast("dict[Any, Any]", holder).items()
    return enumerate(cast("list[Any]", holder))


def _marked(value: Any, spelled: list[str]) -> Any:
    """A copy with a mark in the place of each number, whose spelling is added to `spelled`."""
    top = [value]
    left: list[Any] = [top]
    while left:
        holder = left.pop()
        for key, each in _items_of(holder):
            if isinstance(each, Number):
                holder[key] = f"{_TOKEN}{len(spelled)}"
                spelled.append(each.text)
            elif isinstance(each, dict | list | tuple):
                holder[key] = {**each} if isinstance(each, dict) else [*each]
                left.append(holder[key])
    return top[0]
