"""The format of rows with a whole conversation in one text, with marks between its messages.

{"text": "### Human: Why? ### Assistant: Because."}
"""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from nodes.conversation import Conversation, Message
from nodes.guards.span import Span
from runners.data.before import message_of, tools_beside
from runners.data.rows import Fields, Row
from runners.data.texts import text_in
from runners.errors import UsageError

_MARKS = (
    re.compile(r"<\|im_start\|>(?P<role>\w+)"),
    re.compile(r"<\|start_header_id\|>(?P<role>\w+)<\|end_header_id\|>"),
    re.compile(r"<start_of_turn>(?P<role>\w+)"),
    re.compile(r"<\|(?P<role>system|user|assistant)\|>"),
    re.compile(
        r"\[INST\]\s*(?P<system><<SYS>>)|(?P<user><</SYS>>|\[INST\])|(?P<assistant>\[/INST\])"
    ),
    re.compile(r"### ?(?P<role>System|Human|User|Assistant):"),
    re.compile(r"^### ?(?P<role>Instruction|Response):", re.MULTILINE),
)
"""The marks that open a message: ChatML, Llama 3, Gemma, Zephyr and Phi, Llama 2 and Mistral,
Guanaco, Alpaca. The role is in the group `role`, or is the group's name."""
_ROLES = {"human": "user", "instruction": "user", "response": "assistant", "model": "assistant"}
_TEMPLATES = (
    "<s>",
    "</s>",
    "<|im_end|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|end|>",
    "<|begin_of_text|>",
    "<|end_of_text|>",
    "<|endoftext|>",
    "<end_of_turn>",
    "<bos>",
    "<eos>",
)
"""Tokens that chat templates put around messages; they belong to no message."""
_REASON = "a mark of the layout that the row is kept in"


class _Span(NamedTuple):
    """A message, and where its content is in the text."""

    role: str
    start: int
    end: int


class MarkedFormat(NamedTuple):
    """Rows with a conversation in one text, with marks of a chat template or of the dataset.

    Everything but the content of an answer, including the white space around it, stays byte for
    byte.
    """

    name: str
    field: str

    def fits(self, fields: Fields) -> bool:
        """Whether a row looks like this format: it has a question and an answer."""
        text = fields.get(self.field)
        return isinstance(text, str) and bool(_spans(text))

    def is_pure(self, fields: Fields) -> bool:
        """Whether a row is laid out exactly as this format."""
        return True

    def read(self, row: Row) -> Conversation:
        """Read the conversation from a row; text before the first mark is the system message.

        Raises UsageError with file, row and field.
        """
        text = text_in(row, self.field)
        spans = _spans(text)
        if not spans:
            where = f"{row.where}, field {self.field}"
            raise UsageError(f"{where}: no marks of a question and an answer, as other rows have")
        messages = [message_of(each.role, text[each.start : each.end]) for each in spans]
        beside = tools_beside(row, (self.field,))
        return Conversation(id="", messages=messages, beside=beside)

    def responses(self, fields: Fields) -> dict[int, Message]:
        """The assistant messages of a row that was read, by position."""
        messages = enumerate(self.read(Row("", fields)).messages)
        return {n: message for n, message in messages if message["role"] == "assistant"}

    def put(self, fields: Fields, changes: Mapping[int, Message]) -> Fields:
        """The row with messages replaced, by position; all else stays unchanged."""
        if not changes:
            return fields
        text: str = fields[self.field]
        spans = _spans(text)
        for index in sorted(changes, reverse=True):
            _, start, end = spans[index]
            text = f"{text[:start]}{changes[index]['content']}{text[end:]}"
        return {**fields, self.field: text}


def new_mark(original: str, edited: str) -> Span | None:
    """Where an edited response has a mark that its original lacks; None if it has none.

    Otherwise reading the row again would find another message there, or a message cut short.
    """
    for marks in _MARKS:
        known = {each.group() for each in marks.finditer(original)}
        for found in marks.finditer(edited):
            if found.group() not in known:
                return Span(*found.span(), _REASON)
    return _mark_around(edited)


def _mark_around(edited: str) -> Span | None:
    """A template's token at either end of a response, where it would be taken for the layout's."""
    bare = edited.strip()
    before = edited.index(bare)
    start, end = _words(bare, 0, len(bare)) or (0, 0)
    if end < len(bare):
        return Span(before + end, before + len(bare), _REASON)
    return Span(before, before + start, _REASON) if start else None


def _spans(text: str) -> list[_Span]:
    """The messages of a text, by the first kind of marks that yields question and answer."""
    for marks in _MARKS:
        spans = list(_spans_between(marks, text))
        if {"user", "assistant"} <= {each.role for each in spans}:
            return spans
    return []


def _spans_between(marks: re.Pattern[str], text: str) -> Iterator[_Span]:
    opened = list(marks.finditer(text))
    starts = [each.start() for each in opened]
    for match, (_, end) in zip(opened, pairwise([*starts, len(text)]), strict=True):
        if match is opened[0] and (system := _words(text, 0, match.start())):
            yield _Span("system", *system)
        role = (match.groupdict().get("role") or match.lastgroup or "").lower()
        words = _words(text, match.end(), end) or (match.end(), match.end())
        yield _Span(_ROLES.get(role, role), *words)


def _words(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The range of a text without surrounding white space and template tokens; None if empty."""
    while start < end and (length := _opens(text, start, end)):
        start += length
    while start < end and (length := _closes(text, start, end)):
        end -= length
    return (start, end) if start < end else None


def _opens(text: str, start: int, end: int) -> int:
    if text[start].isspace():
        return 1
    return next((len(each) for each in _TEMPLATES if text.startswith(each, start, end)), 0)


def _closes(text: str, start: int, end: int) -> int:
    if text[end - 1].isspace():
        return 1
    return next((len(each) for each in _TEMPLATES if text.endswith(each, start, end)), 0)
