"""Statements: lines that are a verdict, such as `<assistant 2>` or `**Winner:** Assistant 1`."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from nodes.judging.lines import Line
from nodes.judging.names import FIRST, NAME, SECOND, with_names, within, without_marks
from nodes.judging.sentence import Stated, read_sentences
from prompts.verdicts import Winner

_WINNERS: dict[str, Winner] = {FIRST: "first", SECOND: "second"}
_OTHER_IS_LABEL = {
    FIRST: re.compile(rf"{SECOND}\W*:"),
    SECOND: re.compile(rf"{FIRST}\W*:"),
}
"""For a line that opens with one name: the other name with a colon shows that both are labels."""
_CLOSES = re.compile(f"</{NAME}")
_BARE: dict[str, Winner] = {"1": "first", "2": "second", "A": "first", "B": "second"}
_LABELLED: dict[str, Winner] = {
    **{"1": "first", "a": "first", "first": "first", "one": "first"},
    **{"2": "second", "b": "second", "second": "second", "two": "second"},
    **{"both": "tie", "neither": "tie", "same": "tie", "none": "tie"},
}
"""Short forms that are a verdict only after a label or as the value of a JSON key."""
_KEY = re.compile(
    r"""(?:(?:final|overall|the)[\W_]*)*
    (?: verdict | winner | winning | decision | judge?ment | choice | answer | output | result
      | conclusion | preferred | preference | better | best )
    (?:[\W_]*(?:response|assistant|model|option|answer|name|is))*""",
    re.IGNORECASE | re.VERBOSE,
)
_THING = r"(?:[ ](?:response|answer|assistant|one|choice|option|model))?"
_LABEL = re.compile(
    rf"""\W* (?:(?:so|and|therefore|thus|hence|in[ ]conclusion),?[ ])?
    (?:(?:the|my|your|final|overall)[ ])*
    (?: (?P<verdict> verdict | winner | judge?ment | decision | choice | preference | pick
          | (?:better|best|winning|preferred|superior|stronger|chosen|selected){_THING} )
      | answer | output | result | conclusion )
    (?: \W{{0,3}}[:=\u2192]\W*? | [ ][\u2013\u2014-][ ] | (?(verdict)[ ]is[ ]?:?|(?!)) )\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_EMPHASIS = re.compile(r"[*`]+|(?<!\w)_+|_+(?!\w)")
_TAG = re.compile(r"</?(?:verdict|winner|answer|judge?ment|decision|choice|output|result)>", re.I)
_BOXED = re.compile(r"\$*\\boxed\s*\{(?:\\\w+\s*\{)?([^{}]*)\}+\$*")
_WITHIN = within(f"?/{FIRST}{SECOND}")
_MARKS = " \t\"'\u201c\u201d\u2018\u2019<>[](){}$\\"
_TIE = re.compile(r"(?:(?:it is|it['\u2019]s) )?(?:an? )?(?:equal|tie|tied|draw)", re.IGNORECASE)
_TIE_LEAD = re.compile(rf"\W*(?:{_TIE.pattern})\b\W*?[.:;!,>\u2013\u2014-]\s", re.IGNORECASE)

# A verdict with an explanation on the same line. After the brackets that Table 9 asks for, a
# sentence or a colon may follow; without brackets, `Assistant 1: too short` is a heading.
_BRACKETED_LEAD = re.compile(
    rf"[^\w</]*<\s*({NAME})\s*>\W*?(?=\s*(?:[.:;!(\u2013\u2014-]|[A-Z]|,?\s*(?:because|since)\b"
    rf"|{NAME}\s+(?!and\b|or\b)\w))(.*)"
)
_LEAD = re.compile(
    rf"[^\w/]*?({NAME})[\"'\u201d)\]]*"
    r"((?:[.!;](?=\s)|,?\s+(?:[\u2013\u2014-]\s*)?(?:because|since)\b|\s*\([^()]*\)\W*$).*)"
)
_LABELLED_LEAD = re.compile(
    rf"[^\w/]*?({NAME})(\W*?[.:;!,(\u2013\u2014-].*|,?\s+(?:because|since)\b.*)"
)
_SHORT = 80
"""Longest line, in characters, whose reading is cached."""


def read_line(line: Line) -> Stated:
    """The verdicts that a line states: none, one, or several that contradict each other. Pure."""
    if isinstance(line, str):
        return _read_text(line, is_labelled=False)
    stated = (_read_text(text, is_labelled=True) for text in verdict_values(line))
    return frozenset(winner for each in stated for winner in each)


def verdict_values(found: Mapping[str, Any]) -> list[str]:
    """The values of a JSON object under keys such as `winner` or `better_response`."""
    values: list[str] = []
    for key, value in found.items():
        if isinstance(value, dict):
            values += verdict_values(cast("dict[str, Any]", value))
        elif value is not None and _KEY.fullmatch(key):
            values.append(str(value))
    return values


def unwrapped(text: str) -> tuple[str, bool]:
    """A line without emphasis, box, tag and label, and whether it had a box or a label."""
    text = _EMPHASIS.sub("", text) if _has_any(text, "*`_") else text
    text = _TAG.sub("", text).strip() if "<" in text else text.strip()
    boxed = _BOXED.search(text) if "boxed" in text else None
    text, is_labelled = (boxed[1], True) if boxed else (text, False)
    while label := _LABEL.match(text):
        text, is_labelled = text[label.end() :], True
    return text, is_labelled


def _has_any(text: str, marks: str) -> bool:
    """Whether a text contains any of these characters; a quick test that most lines fail."""
    return any(map(text.__contains__, marks))


def _read_text(text: str, *, is_labelled: bool) -> Stated:
    read = _read_known if len(text) <= _SHORT else _read_any
    return read(text, is_labelled=is_labelled)


def _read_any(text: str, *, is_labelled: bool) -> Stated:
    bare, has_label = unwrapped(text)
    named = with_names(bare)
    if alone := _read_alone(named, is_labelled=is_labelled or has_label):
        return frozenset({alone})
    lead, rest = _read_lead(named, is_labelled=is_labelled or has_label)
    return lead | read_sentences(without_marks(rest))


_read_known = lru_cache(maxsize=512)(_read_any)
"""Cached, because nearly all answers open with one of a few short lines."""


def _read_alone(named: str, *, is_labelled: bool) -> Winner | None:
    """The verdict if it is all that a line says, ignoring the marks around it."""
    found = _WITHIN.match(without_marks(named))
    core = found[1] if found else ""
    if core in _WINNERS:
        return _WINNERS[core]
    if _TIE.fullmatch(core) or named.strip() == "[[C]]":
        return "tie"
    if is_labelled:
        return _LABELLED.get(core.lower())
    return _BARE.get(named.strip(_MARKS))


def _read_lead(named: str, *, is_labelled: bool) -> tuple[Stated, str]:
    """The verdict that a line opens with, and the explanation after it."""
    if tie := _TIE_LEAD.match(named):
        return frozenset({"tie"}), named[tie.end() :]
    match = None if _CLOSES.search(named) else _BRACKETED_LEAD.match(named)
    bare = _LABELLED_LEAD if is_labelled else _LEAD
    match = match or bare.match(without_marks(named))
    if match is None or _OTHER_IS_LABEL[match[1]].search(match[2]):
        return frozenset(), named
    return frozenset({_WINNERS[match[1]]}), match[2]
