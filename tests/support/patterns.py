"""Whether every text that a regular expression can match contains one of some words.

It is derived from the parsed expression, so that it holds for every text and not just for examples.
"""

import re
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any, cast

_MOST = 500
"""Texts that a part of an expression may be; more are not listed."""
_Part = tuple[Any, Any]
"""What a parsed expression consists of: a kind, and what it holds."""


def always_has(pattern: str, flags: int, words: Iterable[str]) -> bool:
    """Whether each match has one of the words, in small letters. Says no where it can't tell."""
    parser: Any = import_module("re._parser")  # Python's own, which has no public name any more
    return _has(list(parser.parse(pattern, flags)), tuple(words))


def _has(parts: Sequence[_Part], words: Sequence[str]) -> bool:
    if any(_part_has(part, words) for part in parts):
        return True
    return any(_run_has(parts[start:], words) for start in range(len(parts)))


def _part_has(part: _Part, words: Sequence[str]) -> bool:
    kind, held = str(part[0]), part[1]
    if kind == "SUBPATTERN":
        return _has(list(held[3]), words)
    if kind == "BRANCH":
        return all(_has(list(each), words) for each in held[1])
    if kind in ("MAX_REPEAT", "MIN_REPEAT"):
        return held[0] > 0 and _has(list(held[2]), words)
    return False


def _run_has(parts: Sequence[_Part], words: Sequence[str]) -> bool:
    """Whether the texts that the first parts are together all have a word, however many parts."""
    texts: set[str] | None = {""}
    for part in parts:
        texts = _joined(texts, _texts_of(part))
        if texts is None:
            return False
        if all(any(word in text for word in words) for text in texts):
            return True
    return False


def _joined(one: set[str] | None, other: set[str] | None) -> set[str] | None:
    if one is None or other is None or len(one) * len(other) > _MOST:
        return None
    return {before + after for before in one for after in other}


def _texts_of(part: _Part) -> set[str] | None:
    """All texts that a part can be, in small letters; None if there are many or any."""
    kind, held = str(part[0]), part[1]
    if kind == "LITERAL":
        return {chr(held).lower()}
    if kind == "IN":
        literals = {chr(each[1]).lower() for each in held if str(each[0]) == "LITERAL"}
        return literals if all(str(each[0]) == "LITERAL" for each in held) else None
    if kind == "SUBPATTERN":
        return _all_texts(list(held[3]))
    if kind == "BRANCH":
        return _either([_all_texts(list(each)) for each in held[1]])
    if kind in ("MAX_REPEAT", "MIN_REPEAT") and held[1] == 1:
        return _either([_all_texts(list(held[2])), {""} if held[0] == 0 else set()])
    return {""} if kind in ("AT", "ASSERT", "ASSERT_NOT") else None


def _all_texts(parts: Sequence[_Part]) -> set[str] | None:
    texts: set[str] | None = {""}
    for part in parts:
        texts = _joined(texts, _texts_of(part))
    return texts


def _either(several: Sequence[set[str] | None]) -> set[str] | None:
    if any(each is None for each in several):
        return None
    return set[str]().union(*cast("Sequence[set[str]]", several))


FLAGS = re.IGNORECASE | re.VERBOSE | re.MULTILINE
"""Those with which the guards' large patterns are compiled."""
