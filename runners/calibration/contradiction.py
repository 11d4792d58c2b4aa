"""Contradiction: negates one sentence of a text, by rules of English."""

import re
from collections.abc import Callable, Iterator
from random import Random

_AUXILIARY = "is|are|was|were|can|could|will|would|should|must|may|might"
_LACKS_NOT = re.compile(rf"\b({_AUXILIARY})\b(?!['\u2019]|\s+not\b|\s*[.,;:?!)]|\s*$)")
_HAS_NOT = re.compile(rf"\b({_AUXILIARY}|do|does|did|has|have|had)\s+not\s+", re.IGNORECASE)
_SHORT_NOT = re.compile(
    r"\b(ca|wo|is|are|was|were|could|would|should|do|does|did|has|have|had)n['\u2019]t\b",
    re.IGNORECASE,
)
_FULL = {"ca": "can", "wo": "will"}
_OPPOSITES = (
    *(("always", "never"), ("often", "rarely"), ("everyone", "nobody"), ("yes", "no")),
    *(("more", "less"), ("most", "least"), ("true", "false"), ("first", "last")),
    *(("before", "after"), ("with", "without"), ("better", "worse"), ("best", "worst")),
    *(("easy", "difficult"), ("increase", "decrease"), ("increases", "decreases")),
)
_OPPOSITE = {**dict(_OPPOSITES), **{two: one for one, two in _OPPOSITES}}
_WORD = re.compile(rf"\b(?:{'|'.join(_OPPOSITE)})\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[^\s.!?][^.!?\n]*[.!?]?")
_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)


def contradicted(text: str, random: Random) -> str | None:
    """The text with one sentence turned into its opposite; None if no rule applies. Pure.

    A `not` is removed, or inserted after an auxiliary verb; failing both, a word is replaced by its
    opposite. Questions and code are left alone.
    """
    found = list(_contradictions(text))
    if not found:
        return None
    sentence, opposite = random.choice(found)
    return text[: sentence.start()] + opposite + text[sentence.end() :]


def _contradictions(text: str) -> Iterator[tuple[re.Match[str], str]]:
    code = [match.span() for match in _CODE.finditer(text)]
    for sentence in _SENTENCE.finditer(text):
        is_code = any(start <= sentence.start() < end for start, end in code)
        if is_code or sentence[0].endswith("?"):
            continue
        opposite = _opposite(sentence[0])
        if opposite is not None:
            yield sentence, opposite


def _opposite(sentence: str) -> str | None:
    for pattern, change in _RULES:
        changed = pattern.sub(change, sentence, count=1)
        if changed != sentence:
            return changed
    return None


def _swapped(match: re.Match[str]) -> str:
    other = _OPPOSITE[match[0].lower()]
    return other.capitalize() if match[0][0].isupper() else other


_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_HAS_NOT, lambda match: f"{match[1]} "),
    (re.compile(r"\bcannot\b"), lambda _: "can"),
    (_SHORT_NOT, lambda match: _FULL.get(match[1].lower(), match[1])),
    (_LACKS_NOT, lambda match: "cannot" if match[1] == "can" else f"{match[1]} not"),
    (_WORD, _swapped),
)
