r"""Final answers in maths data: after `####`, in `\boxed{}`, or after "the answer is"."""

import re
from typing import NamedTuple

from nodes.guards.losses import numbers_of

_HASHES = re.compile(r"^[ \t]*####[ ]*(?P<value>[^\n#].*)$", re.MULTILINE)
_HEADING = re.compile(r"[^\W\d_]{2,}\s+(?:.*\s)?[^\W\d_]{2,}")
"""Two words in a row: then a line after `####` is a Markdown heading rather than an answer."""
_PHRASE = re.compile(
    r"\b(?:the[ ])?(?:(?:final[ ])?answer[ ]is(?P<colon>:)?|final[ ]answer:)[ ]*(?P<value>[^\n]+)",
    re.IGNORECASE,
)
_BOXED = re.compile(r"\\f?box(?:ed)?\s*\{")
_LONGEST = 60
"""Most characters in an answer; anything longer is taken for a sentence."""
_DRESS = re.compile(
    r"\\(?:left|right|,|!|;|:|\s)|\\text(?:bf|rm)?\{[^{}]*\}|\\(?:mathrm|mathbf)|[\s$*_`,]|\\%|%"
)
"""Formatting that does not change the value of an answer."""
_ENDS = re.compile(r"[.!](?:\s|\Z)")


class _Final(NamedTuple):
    """A final answer, and whether a marker (`####` or a box) singles it out."""

    value: str
    is_marked: bool


def is_answer_changed(response: str, original: str) -> bool:
    """Whether the original has a final maths answer and the response has another one, or none.

    If the original gives its answer in a sentence, unmarked, then the response may contain the same
    numbers anywhere.
    """
    before = _final_of(original)
    if before is None:
        return False
    now = _final_of(response)
    if now is not None:
        return not _are_equal(now.value, before.value)
    told = numbers_of(before.value)
    return before.is_marked or not (told and told <= numbers_of(response))


def _final_of(text: str) -> _Final | None:
    hashes = [each["value"].strip() for each in _HASHES.finditer(text)]
    if hashes and not _HEADING.search(hashes[-1]):
        return _Final(hashes[-1], is_marked=True)
    if (boxed := _last_boxed(text)) is not None:
        return _Final(boxed, is_marked=True)
    phrases = [each for each in _PHRASE.finditer(text) if _is_maths(each)]
    return _Final(_value_of(phrases[-1]), is_marked=False) if phrases else None


def _is_maths(phrase: re.Match[str]) -> bool:
    """Whether the phrase is followed by a number or a formula rather than a sentence."""
    value = _value_of(phrase)
    return any(char.isdigit() for char in value) and len(value.split()) <= 3


def _value_of(phrase: re.Match[str]) -> str:
    value = phrase["value"][:_LONGEST]
    end = _ENDS.search(value)
    return value[: end.start()] if end else value


def _last_boxed(text: str) -> str | None:
    """The content of the last box, braces balanced; None if no box is closed."""
    boxes = list(_BOXED.finditer(text))
    if not boxes:
        return None
    depth, begin = 1, boxes[-1].end()
    for at in range(begin, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return text[begin:at]
    return None


def _are_equal(one: str, other: str) -> bool:
    """Whether two answers differ only in formatting, or are the same single number."""
    if _bare(one) == _bare(other):
        return True
    numbers = numbers_of(one), numbers_of(other)
    is_plain = "\\" not in one + other and "/" not in one + other
    signs = "-" in one.replace(" - ", ""), "-" in other.replace(" - ", "")
    return is_plain and numbers[0] == numbers[1] and len(numbers[0]) == 1 and signs[0] == signs[1]


def _bare(value: str) -> str:
    plain = re.sub(r"\\[dt]frac", r"\\frac", value)
    return _DRESS.sub("", plain).rstrip(".").lower()
