"""Refused entries: which entry of a call's body an error names as unsupported. Pure."""

import re
from collections.abc import Iterable
from typing import NamedTuple, cast

from nodes.models.said import codes_in, is_page, mappings_in, words_in

_NOT_TAKEN = re.compile(
    r"unsupported|not support|unrecogni[sz]ed|unexpected|unknown|\bextra\b|extra_forbidden"
    r"|not permitted|not allowed|not accepted|forbidden|deprecated|invalid (parameter|argument)"
    r"|cannot both be|may only be set|not enabled"
    r"|^Field '\w+': \[json\.exception",  # llama.cpp: a wrong type
    re.IGNORECASE,
)
_SAMPLING = ("temperature", "top_p")
_NO_SUCH_VALUE = re.compile(
    r"\binvalid\b|must be|should be|\bis allowed\b|\brange\b|strictly positive", re.IGNORECASE
)
"""What is said of a value: Moonshot's and TGI's of temperature 0, and of top_p 1. Only of sampling
parameters, which can be left out; an invalid limit must be put right."""


class RefusedEntry(NamedTuple):
    """An entry that an endpoint rejects, and its words about it."""

    entry: str
    words: str


def refusal_in(body: object, sent: Iterable[str]) -> RefusedEntry | None:
    """The entry among `sent` that an error names as unsupported; None if there is none.

    `body` is the error's body: parsed JSON, or text; HTML is ignored.
    """
    words = words_in(body)
    if isinstance(body, str) and is_page(body):
        return None
    names = set(sent)
    if _NOT_TAKEN.search(" ".join([words, *codes_in(body)])) is None:
        is_about_value = _NO_SUCH_VALUE.search(words) is not None
        names = names & {*_SAMPLING} if is_about_value else set[str]()
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
    """A name as a word of its own, also in xAI's spelling: `reasoningEffort`."""
    camel = re.sub(r"_(\w)", lambda match: match[1].upper(), name)
    return re.compile(rf"(?<!\w)({re.escape(name)}|{re.escape(camel)})(?!\w)")


def _short(words: str) -> str:
    return words[:200]
