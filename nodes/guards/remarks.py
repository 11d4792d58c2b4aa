"""Remarks: what an editor says about its work after the response."""

import re
from functools import lru_cache

from nodes.guards import signs
from nodes.guards.basis import Basis
from nodes.guards.patterns import any_of, pattern_of
from nodes.guards.remark_wording import ABOUT_EDIT, ADVICE, CLOSER, HANDED_OVER, HEAD, NOTE
from nodes.guards.span import Span
from nodes.guards.wording import OPENERS

_SENTENCE = re.compile(r"(?<=[.!?\u3002\uff01\uff1f])[ ]*(?=\S)|[ ]*[(\[\uff08][*_]*")
"""Where a remark may begin within a line."""
_CHANGES_ASKED = any_of(
    r"\b(?:list|explain|describe|show|highlight|point out|summari[sz]e|mark|mention|what|which)\b"
    r"[^.\n]{0,40}\b(?:changes|edits|revisions|modifications|corrections|improvements|changed)\b",
    r"(?:列出|说明|解释|指出)[^。\n]{0,12}(?:修改|改动|更正)",
    r"\b(?:expli|list|indi|montr)\w+[^.\n]{0,40}\b(?:modifications|changements|corrections)\b",
    r"(?:erklär|erläuter|nenne|liste)\w*[^.\n]{0,40}(?:änderungen|korrekturen)",
    r"\b(?:expli|list|enumer|señal)\w+[^.\n]{0,40}\b(?:cambios|correcciones|modificaciones)\b",
)
"""Requests to say what was changed."""
_LETTERS = any_of(
    r"\b(?:e-?mails?|letter|memo|newsletter|proposal)\b",
    r"\b(?:message|reply|respond)\b[^.\n]{0,20}\bto\b",
    "邮件", "郵件", r"写[^。\n]{0,12}信",
    r"\b(?:lettre|courriel|correo|carta|(?:einen|den|kurzen) brief|nachricht an|mensaje)\b",
)  # fmt: skip
"""Requests for letters, which may well end with an offer to change something."""
_ADVICE_ASKED = any_of(
    r"\bsuggest", r"\badvi[cs]e", r"\btips?\b", r"\brecommend", r"\bpropos", r"\bideas?\b",
    r"\bfeedback", r"\bimprov", r"\breview", r"\bevaluat", r"\bcriti", r"\bassess", r"\banaly",
    r"\bcheck", r"\bcorrect", r"\bedit", r"\bproofread", r"\bproblem", r"\bsolv", r"\bhow\b",
    r"\bwhat (?:can|could|should)\b", r"\bhelp", r"\bplan\b", r"\bstrateg", r"\bways?\b",
    r"\bsuger", r"\bconse[ij]", "vorschl", "verbesser", "amélior", "mejor", "建议", "建議", "意见",
    "改", "如何", "怎",
)  # fmt: skip
"""Requests to which suggestions may well be the answer, or a part of it."""
_LIST_LINE = re.compile(r"[ \t]*(?:[-*+•]|\(?\d{1,2}[.)\uff0e、])")
_LINE_END = re.compile("\n")
_LAST_HEADING = re.compile(r"(?:^|\n)[ \t]*#{1,6}[ ][^\n]*\s*\Z")
"""A heading with nothing under it, such as that of a remark that was just removed."""
_LAST_LABEL = re.compile(r"\n\n[*_#]*[ ]?(?:output|response)[*_]*:[*_]*\s*\Z", re.IGNORECASE)
"""A label of the prompt with nothing after it."""
_MOST_PARAGRAPHS = 3
_SIGNS = {
    HEAD: signs.HEAD,
    CLOSER: signs.CLOSER,
    NOTE: signs.NOTE,
    ADVICE: signs.ADVICE,
}


def take_remark(text: str, basis: Basis) -> str:
    """Remove a remark on the edit from the end of the text, unless the response follows it."""
    starts = [*_heads(text, basis), *_closers(text, basis), *_notes(text, basis)]
    starts += [each.start() for each in _first(ADVICE, basis, _ADVICE_ASKED, text)]
    if (label := _LAST_LABEL.search(text)) and label[0].strip() not in text[: label.start()]:
        starts.append(label.start())
    for start in sorted(starts):
        left = _LAST_HEADING.sub("", text[:start]).rstrip()
        if left and not pattern_of(OPENERS).fullmatch(left):
            return left if pattern_of(HANDED_OVER).search(text, start) is None else text
    return text


def find_remark(text: str, basis: Basis) -> Span | None:
    """A line that comments on the edit, unless the request asks for it or the original has it."""
    notes = filter(_is_about_edit, _first(NOTE, basis, _CHANGES_ASKED, text))
    found = [*_first(HEAD, basis, _CHANGES_ASKED, text), *notes]
    return next((Span(*each.span()) for each in found), None)


def _is_about_edit(note: re.Match[str]) -> bool:
    line = note.string[note.start() :].lstrip().partition("\n")[0]
    return pattern_of(ABOUT_EDIT).search(line) is not None


def _heads(text: str, basis: Basis) -> list[int]:
    """Where lists of changes and sentences about the edit begin, if little else follows them."""
    found = _first(HEAD, basis, _CHANGES_ASKED, text)
    return [each.start() for each in found if _is_last(text[each.start() :])]


def _closers(text: str, basis: Basis) -> list[int]:
    found = _first(CLOSER, basis, _LETTERS, text)
    return [each.start() for each in found if "\n\n" not in text[each.start() :].strip()]


def _notes(text: str, basis: Basis) -> list[int]:
    found = _first(NOTE, basis, _CHANGES_ASKED, text)
    rests = ((each.start(), text[each.start() :]) for each in found)
    return [
        start for start, rest in rests if _is_last(rest) and pattern_of(ABOUT_EDIT).search(rest)
    ]


def _first(pattern: str, basis: Basis, asked: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """A pattern's matches; none if the request asks for them or the previous response has one."""
    found = _matches(pattern, text)
    if not found or basis.asks(asked) or _matches(pattern, basis.previous):
        return []
    return [each for each in found if not basis.names(each.group())]


@lru_cache(maxsize=64)
def _matches(pattern: str, text: str) -> list[re.Match[str]]:
    """A pattern's matches at the starts of remarks. Cached: the same texts are searched again."""
    if not _SIGNS[pattern].are_in(text):
        return []
    seen = pattern_of(pattern)
    return [match for start in _starts(text) if (match := seen.match(text, start))]


@lru_cache(maxsize=16)
def _starts(text: str) -> list[int]:
    """Where a remark may begin: at any line, and at sentences and brackets of the last line."""
    lines = [0, *(found.end() for found in _LINE_END.finditer(text))]
    return [*lines, *(found.start() for found in _SENTENCE.finditer(text, lines[-1]))]


def _is_last(rest: str) -> bool:
    """Whether the rest of the text is short enough for a remark: lists and a few paragraphs."""
    paragraphs = re.split(r"\n[ \t]*\n", rest.strip())
    return sum(not _LIST_LINE.match(each) for each in paragraphs) <= _MOST_PARAGRAPHS
