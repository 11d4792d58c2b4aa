"""Lines: the first and the last line of an answer, where a verdict may be stated.

A JSON object counts as one line, even if it spans several. Lines that say nothing by themselves
(blank lines, fences, rules, `Verdict:` with nothing after it) are skipped.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, cast

from nodes.judging.names import FIRST, SECOND, with_names

Line = str | dict[str, Any]

_WORD = re.compile(r"\w")
_FENCE = re.compile(r"\s*(?:```|~~~)\w*\s*")
_LABEL_ALONE = re.compile(
    r"""\W* (?: (?:the|my|your|final|overall) \s+ )*
    (?: verdict | winner | answer | judge?ment | decision | choice | output | result | conclusion
      | json | response )
    \W*""",
    re.IGNORECASE | re.VERBOSE,
)
_HEAD = re.compile(
    r"""(\W* (?:\d+[.)]\s*)? (?:assistant|response|answer|model) [\s_\#-]*) ([12AB])\b
    ([*_`>"\])]* (:?) [*_`]*)""",
    re.IGNORECASE | re.VERBOSE,
)
_ITEM = re.compile(r"^\W*\d+[.)]\s+")
_AROUND = re.compile(rf"[^\w{FIRST}{SECOND}]+")
_LONGER = 6
"""By how many characters the two names and the marks around them may differ."""
_OTHER = {"1": "2", "2": "1", "A": "B", "B": "A", "a": "b", "b": "a"}


def first_and_last(text: str, *, is_cut_off: bool = False) -> list[Line]:
    """The first and the last line of an answer that say something; one if there is only one.

    If a token limit cut the text off (`is_cut_off`), its last line is incomplete and is left out,
    unless it is the only one. Headings of a review (`Assistant 1:` and later `Assistant 2:`) are
    left out, too. If a line says of the other assistant what the first says of one, it is returned
    as well: such an answer goes through the possible verdicts.
    """
    lines = list(_lines(text))
    whole = lines[:-1] if is_cut_off and len(lines) > 1 else lines
    ends = [*whole[:1], *whole[1:][-1:], *_mirrors(lines)]
    return [line for line in ends if isinstance(line, dict) or not _is_heading(line, lines)]


def _lines(text: str) -> Iterator[Line]:
    rest = text
    while rest:
        if rest.lstrip().startswith("{"):
            found, rest = _read_object(rest.lstrip())
            if found is not None:
                yield found
                continue
        line, _, rest = rest.partition("\n")
        if _WORD.search(line) and not _FENCE.fullmatch(line) and not _LABEL_ALONE.fullmatch(line):
            yield line.strip()


def _read_object(text: str) -> tuple[dict[str, Any] | None, str]:
    """The JSON object that the text opens with, and the rest of the text."""
    try:
        found, end = json.JSONDecoder(strict=False).raw_decode(text)
    except ValueError:
        return None, text
    return cast("dict[str, Any]", found), text[end:]


def _mirrors(lines: Sequence[Line]) -> list[str]:
    """The first of the lines that are the first line with the other name in it, if any is."""
    first, *others = [line for line in lines if isinstance(line, str)] or [""]
    said = _bare(first) if others else ""
    if len(said.split()) < 2 or not (FIRST in said or SECOND in said):
        return []
    swapped = said.translate({ord(FIRST): SECOND, ord(SECOND): FIRST})
    near = (each for each in others if abs(len(each) - len(first)) <= _LONGER)
    return [each for each in near if _bare(each) == swapped][:1]


def _bare(line: str) -> str:
    """A line with its names replaced, without the number and marks around its words."""
    return _AROUND.sub(" ", with_names(_ITEM.sub("", line))).strip().lower()


def _is_heading(line: str, lines: Sequence[Line]) -> bool:
    """Whether the line is one of two headings, such as `Assistant 1:` and `Assistant 2:`."""
    head = _HEAD.match(line)
    if head is None or not (head[4] or head.end() == len(line)):
        return False
    own, other = head[0], f"{head[1]}{_OTHER[head[2]]}{head[3]}"
    texts = [each for each in lines if isinstance(each, str)]
    if head.end() < len(line):
        return any(other in each for each in texts)
    # With nothing below it, or with a verdict's heading right below it, it is the verdict.
    is_last = texts[-1] == line
    is_above = len(texts) > 1 and texts[0] == line and texts[1].startswith((own, other))
    if is_last or is_above:
        return False
    return any(each.startswith(other) if head[4] else each == other for each in texts[:-1])
