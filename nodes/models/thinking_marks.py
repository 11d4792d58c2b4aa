"""Thinking within a text: tags around it, or gpt-oss's channels. Pure.

Thinking stands at the beginning of an answer. A tag that is only talked about, in code or in the
middle of a sentence, is text.
"""

import re
from typing import NamedTuple

_TAG = r"(think|thinking|reasoning)"
_OPENING = re.compile(rf"\s*<{_TAG}>", re.IGNORECASE)
_CLOSING = re.compile(rf"</{_TAG}>", re.IGNORECASE)
_BLANK_LINES = re.compile(r"(?:[ \t]*\r?\n)*")
"""From the end of thinking to the first line of the answer, whose indentation is its own."""
_BLANKS = re.compile(r"[ \t]*")
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)
_CODE = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)")
_SENTENCE_END = ".!?\u2026*_)\u3002\uff01\uff1f"
_PUNCTUATION = (".", ",", ";", ":", "!", "?")
_OPENS_QUOTE, _CLOSES_QUOTE = "\"'`([{<\u201c\u2018", "\"'`)]}\u201d\u2019"
_CHANNEL = re.compile(
    r"\s*(?:<\|end\|>\s*)?(?:<\|start\|>assistant\s*)?"
    r"<\|channel\|>\s*(?:analysis|commentary|(?P<final>final))\b(?:(?!<\|channel\|>).)*?"
    r"(?:<\|message\|>|\Z)",
    re.DOTALL,
)
_LAST = re.compile(r"<\|(?:end|return|call)\|>\s*\Z")


class _Block(NamedTuple):
    """Thinking between an opening tag and its closing one, or the text's end."""

    start: int
    thinking: str
    end: int


def split_text(text: str, rewritten: str = "") -> tuple[str, str]:
    """Split a text into the answer and the thinking at its beginning; empty if there is none.

    A block that is never closed goes to the end; before a closing tag alone all is thinking. If
    `rewritten`, of which the text is a new version, opens with such a block itself, then the last
    one here is its new version, part of the answer.
    """
    if _CHANNEL.match(text):
        return _split_channels(text)
    blocks = _blocks(text)
    if _OPENING.match(rewritten):
        kept = blocks.pop().start if blocks else 0
        return text[kept:], _words(blocks)
    if blocks:
        return text[blocks[-1].end :], _words(blocks)
    closing = _lone_closing(text)
    if closing is None:
        return text, ""
    return text[_answer_start(text, closing) :], text[: closing.start()]


def _words(blocks: list[_Block]) -> str:
    return "\n\n".join(block.thinking.strip() for block in blocks)


def _blocks(text: str) -> list[_Block]:
    """The blocks at a text's beginning, one after another."""
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
    """The tag that ends a block: the first of its name that is not in code.

    A fence that thinking has left open holds nothing back.
    """
    found = _CLOSING.finditer(text, opening.end())
    same = (each for each in found if each[1].lower() == opening[1].lower())
    free = [each for each in same if not _is_inline_code(text, each)]
    return next((each for each in free if not _is_fenced(text, each)), free[0] if free else None)


def _answer_start(text: str, closing: re.Match[str]) -> int:
    lines = _BLANK_LINES.match(text, closing.end())
    end = lines.end() if lines else closing.end()
    blanks = None if end > closing.end() else _BLANKS.match(text, end)
    return blanks.end() if blanks else end


def _lone_closing(text: str) -> re.Match[str] | None:
    """The closing tag of thinking whose opening tag is in the prompt, where templates put it."""
    for closing in _CLOSING.finditer(text):
        if _is_inline_code(text, closing) or _is_fenced(text, closing):
            continue
        if _is_opened(text, closing):
            return None
        if _ends_thinking(text, closing):
            return closing
    return None


def _is_opened(text: str, closing: re.Match[str]) -> bool:
    """Whether a block that the text shows ends here: its opening tag begins or ends a line."""
    tag = re.escape(closing[1])
    opened = rf"^[ \t]*<{tag}>|<{tag}>[ \t]*\r?$"
    return bool(re.search(opened, text[: closing.start()], re.IGNORECASE | re.MULTILINE))


def _ends_thinking(text: str, closing: re.Match[str]) -> bool:
    """Whether a closing tag stands as no tag within a sentence does.

    It has its line for itself, or begins it and an answer follows, or follows a sentence's end; or
    it touches the words on its left, and no quote or comma follows.
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


def _is_inline_code(text: str, tag: re.Match[str]) -> bool:
    start = text.rfind("\n", 0, tag.start()) + 1
    end = text.find("\n", tag.end())
    code = _CODE.finditer(text, start, len(text) if end < 0 else end)
    return any(each.start() < tag.start() < each.end() for each in code)


def _is_fenced(text: str, tag: re.Match[str]) -> bool:
    return len(_FENCE.findall(text, 0, tag.start())) % 2 == 1


def _split_channels(text: str) -> tuple[str, str]:
    """The text of the channel `final`, and that of those before it."""
    thought: list[str] = []
    start = 0
    while channel := _CHANNEL.search(text, start):
        thought.append(text[start : channel.start()].strip())
        start = channel.end()
        if channel["final"]:
            return _LAST.sub("", text[start:]), "\n\n".join(filter(None, thought))
    rest = _LAST.sub("", text[start:])
    return "", "\n\n".join(filter(None, [*thought, rest.strip()]))
