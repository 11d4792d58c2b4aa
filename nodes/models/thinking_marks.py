"""Thinking within a text: between tags, or in one of the forms of `thinking_forms`. Pure.

Only thinking at the beginning of an answer counts. A tag that is merely mentioned, in code or in
the middle of a sentence, is text.
"""

import re
from typing import NamedTuple

from nodes.models.quoted import Quoted
from nodes.models.thinking_forms import Parts, take_channels, take_solution

_TAG = r"(think|thinking|reasoning)"
_SHOWN = re.compile(rf"^[ \t]*<{_TAG}>|<{_TAG}>[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
"""An opening tag that begins or ends a line: the text shows such a block."""
_OPENING = re.compile(rf"\s*<{_TAG}>", re.IGNORECASE)
_CLOSING = re.compile(rf"</{_TAG}>", re.IGNORECASE)
_BLANK_LINES = re.compile(r"(?:[ \t]*\r?\n)*")
"""From the end of the thinking to the first line of the answer, whose indentation stays."""
_BLANKS = re.compile(r"[ \t]*")
_SENTENCE_END = ".!?\u2026*_)\u3002\uff01\uff1f"
_PUNCTUATION = (".", ",", ";", ":", "!", "?")
_OPENS_QUOTE, _CLOSES_QUOTE = "\"'`([{<\u201c\u2018", "\"'`)]}\u201d\u2019"


class _Block(NamedTuple):
    """Thinking from an opening tag to its closing one, or to the end of the text."""

    start: int
    thinking: str
    end: int


def split_text(text: str, rewritten: str = "") -> tuple[str, str]:
    """Split a text into its answer and the thinking before it: see `take_apart`."""
    parts = take_apart(text, rewritten)
    return parts.answer, parts.thinking


def take_apart(text: str, rewritten: str = "") -> Parts:
    """Separate the thinking at the beginning of a text from the answer.

    A block that is never closed extends to the end; before a lone closing tag, everything is
    thinking. If `rewritten`, of which the text is a new version, opens with a block itself, then
    the last block before the answer is the new version of that block, and part of the answer.
    """
    if parts := take_channels(text) or take_solution(text):
        return parts
    blocks = _blocks(text)
    if blocks and opens_with_block(rewritten) and text[blocks[-1].end :].strip():
        kept = blocks.pop().start
        return Parts(text[:kept], text[kept:], "", _words(blocks))
    if blocks:
        end = blocks[-1].end
        return Parts(text[:end], text[end:], "", _words(blocks))
    closing = _lone_closing(text)
    if closing is None:
        return Parts("", text, "", "")
    start = _answer_start(text, closing)
    return Parts(text[:start], text[start:], "", text[: closing.start()])


def opens_with_block(text: str) -> bool:
    """Whether a text begins with the tag of a thinking block."""
    return _OPENING.match(text) is not None


def _words(blocks: list[_Block]) -> str:
    return "\n\n".join(block.thinking.strip() for block in blocks)


def _blocks(text: str) -> list[_Block]:
    """The blocks at the beginning of a text, one after another."""
    blocks: list[_Block] = []
    start = 0
    while opening := _OPENING.match(text, start):
        closing = _closing_of(text, opening)
        until = len(text) if closing is None else closing.start()
        end = len(text) if closing is None else _answer_start(text, closing)
        blocks.append(_Block(start, text[opening.end() : until], end))
        start = end
    return blocks


def _closing_of(text: str, opening: re.Match[str]) -> re.Match[str] | None:
    """The tag that closes a block: the first of its name outside code.

    A code fence that the thinking leaves open is ignored.
    """
    quoted = Quoted(text)
    found = _CLOSING.finditer(text, opening.end())
    same = (each for each in found if each[1].lower() == opening[1].lower())
    free = [each for each in same if not quoted.is_inline(each.start())]
    plain = (each for each in free if not quoted.is_fenced(each.start()))
    return next(plain, free[0] if free else None)


def _answer_start(text: str, closing: re.Match[str]) -> int:
    lines = _BLANK_LINES.match(text, closing.end())
    end = lines.end() if lines else closing.end()
    blanks = None if end > closing.end() else _BLANKS.match(text, end)
    return blanks.end() if blanks else end


def _lone_closing(text: str) -> re.Match[str] | None:
    """A closing tag without an opening one, which some templates put into the prompt.

    If the text shows an opening tag before it, the block is part of the text.
    """
    if not _CLOSING.search(text):  # as in most texts
        return None
    quoted = Quoted(text)
    blocks = reversed([*_SHOWN.finditer(text)])
    shown = {(block[1] or block[2]).lower(): block.start() for block in blocks}
    for closing in _CLOSING.finditer(text):
        if quoted.is_inline(closing.start()) or quoted.is_fenced(closing.start()):
            continue
        if shown.get(closing[1].lower(), len(text)) < closing.start():
            return None
        if _ends_thinking(text, closing):
            return closing
    return None


def _ends_thinking(text: str, closing: re.Match[str]) -> bool:
    """Whether a closing tag is placed as a real one is, and not mentioned in a sentence.

    It has a line for itself, or begins a line and an answer follows, or follows the end of a
    sentence; or it directly follows a word, and no quote or comma comes after it.
    """
    before, line = text[: closing.start()], text[closing.end() :].partition("\n")[0]
    follows = line.strip()[:1]
    if not before.strip():
        return False
    if not before.rpartition("\n")[2].strip():
        is_prose = line[:1].isspace() and follows.islower()
        return not is_prose and follows not in _PUNCTUATION
    if before[-1].isspace():
        return before.rstrip()[-1] in _SENTENCE_END
    return before[-1] not in _OPENS_QUOTE and follows not in (*_PUNCTUATION, *_CLOSES_QUOTE)
