"""Refused entries: which entry of a call's body an error names as unsupported. Pure."""

import re
from collections.abc import Iterable
from typing import NamedTuple, cast

from nodes.models.said import codes_in, is_page, mappings_in, words_in

_NOT_TAKEN = re.compile(
    r"unsupported|not support|unrecogni[sz]ed|unexpected|unknown|\bextra\b|extra_forbidden"
    r"|not permitted|not allowed|not accepted|forbidden|deprecated|invalid (parameter|argument)"
    r"|cannot both be|may only be set|^Field '\w+': \[json\.exception",  # llama.cpp: a wrong type
    re.IGNORECASE,
)


class RefusedEntry(NamedTuple):
    """An entry that an endpoint rejects, and its words about it."""

    entry: str
    words: str


def refusal_in(body: object, sent: Iterable[str]) -> RefusedEntry | None:
    """The entry among `sent` that an error names as unsupported; None if there is none.

    `body` is the error's body: parsed JSON, or text; HTML is ignored.
    """
    words = words_in(body)
    is_about_entries = _NOT_TAKEN.search(" ".join([words, *codes_in(body)])) is not None
    if not is_about_entries or (isinstance(body, str) and is_page(body)):
        return None
    names = set(sent)
    named = next((name for name in _pointed_at(body) if name in names), None)
    return _first_in(words, names) if named is None else RefusedEntry(named, _short(words))


def _pointed_at(body: object) -> Iterable[str]:
    """The entries that an error refers to: OpenAI's `param`, FastAPI's `loc`."""
    for fields in mappings_in(body):
        place = fields.get("param") or fields.get("loc")
        if isinstance(place, str):
            yield place
        elif isinstance(place, list):
            yield from (str(part) for part in cast("list[object]", place))


def _first_in(words: str, names: set[str]) -> RefusedEntry | None:
    named = [(match.start(), name) for name in names if (match := _whole(name).search(words))]
    return RefusedEntry(min(named)[1], _short(words)) if named else None


def _whole(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")


def _short(words: str) -> str:
    return words[:200]
