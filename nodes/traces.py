"""Traces: separates the thinking in a dataset's own responses from their answers.

It is found like a model's thinking (`nodes.models.thinking`): in the text, or in a field of the
message.
"""

from collections.abc import Iterator
from typing import NamedTuple

from nodes.content import text_of, with_text
from nodes.conversation import Message
from nodes.models.thinking import FIELDS, joined, told_in, with_thinking
from nodes.models.thinking_forms import Parts
from nodes.models.thinking_marks import split_text, take_apart
from nodes.trace_choice import Traces


class TracedResponse(NamedTuple):
    """A response, taken apart."""

    parts: Parts
    """The parts of its text."""
    thinking: str
    """The thinking in its text and in fields, stripped; empty if there is none."""

    @property
    def has_trace(self) -> bool:
        """Whether there is thinking, in the text or in a field."""
        return bool(self.thinking or self.parts.before)

    @property
    def is_all_trace(self) -> bool:
        """Whether there is thinking but no answer that could be evolved."""
        return self.has_trace and not self.parts.answer.strip()


def split_trace(message: Message) -> TracedResponse:
    """Take a response apart; a response that is not text has no trace."""
    text, told = text_of(message) or "", told_in(message)
    parts = take_apart(text) if "<" in text else Parts("", text, "", "")
    return TracedResponse(parts, joined(told, parts.thinking) or "")


def as_shown(message: Message, traces: Traces) -> Message:
    """A response as agents see it: its answer, with `rewrite` after the trace in `<think>` tags.

    A response without a trace, or without an answer, is returned unchanged.
    """
    response = split_trace(message)
    answer = response.parts.answer
    if not response.has_trace or response.is_all_trace:
        return message
    is_rewritten = traces == "rewrite" and response.thinking
    return with_text(message, with_thinking(response.thinking, answer) if is_rewritten else answer)


def with_answer(message: Message, text: str, traces: Traces) -> Message:
    """A response with `text`, the agents' version of what `as_shown` had shown them."""
    if traces == "drop":
        return with_text(without_fields(message), text)
    if text == text_of(as_shown(message, traces)):
        return message
    response = split_trace(message)
    parts = response.parts
    answer, thinking = split_text(text) if traces == "rewrite" else (text, "")
    thinking = thinking.strip()
    if thinking in ("", response.thinking):
        return with_text(message, parts.before + answer + parts.after)
    before = _with_thinking(parts, thinking) if parts.before else ""
    fields = dict.fromkeys(_told_fields(message), thinking)
    return with_text({**message, **fields}, before + answer + parts.after)


def without_trace(message: Message) -> Message:
    """A response reduced to its answer; unchanged if it has no answer, or no trace."""
    response = split_trace(message)
    if response.parts.before and response.parts.answer.strip():
        message = with_text(message, response.parts.answer)
    return message if response.is_all_trace and text_of(message) else without_fields(message)


def without_fields(message: Message) -> Message:
    """A message without the fields that hold a trace."""
    gone = {name for name in FIELDS if isinstance(message.get(name), str | None)}
    kept = {name: value for name, value in message.items() if name not in gone}
    return message if len(kept) == len(message) else kept


def _told_fields(message: Message) -> Iterator[str]:
    return (name for name in FIELDS if isinstance(message.get(name), str) and message[name])


def _with_thinking(parts: Parts, thinking: str) -> str:
    """The part of a text before the answer, with other thinking between its marks."""
    old = parts.thinking.strip()
    opening, found, closing = parts.before.partition(old) if old else ("", "", "")
    return f"{opening}{thinking}{closing}" if found else with_thinking(thinking, "")
