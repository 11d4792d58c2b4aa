"""Content: the text of a message, in every form that datasets use for it."""

import re
from collections.abc import Sequence
from typing import Any, cast

from nodes.conversation import ConversationContext, Message
from nodes.models.thinking_marks import split_text
from nodes.tools import called

CHARACTERS_A_TOKEN = 4
"""An estimate that is good for English; real tokenizers would have to be downloaded."""

_TOOLS = ("tool", "function")
_CALLS = ("tool_calls", "function_call")
_CALL_MARKS = re.compile(r"<tool_call>|<functioncall>|\[TOOL_CALLS\]")
_TEXT_PARTS = ("text", "input_text", "output_text")


def text_of(message: Message) -> str | None:
    """The text of a message, its parts joined; None if it has content other than text."""
    content = message.get("content")
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list):
        return None
    parts = [_part_text(part) for part in cast("list[Any]", content)]
    texts = [part for part in parts if part is not None]
    return "".join(texts) if len(texts) == len(parts) else None


def _part_text(part: Any) -> str | None:
    if not isinstance(part, dict):
        return part if isinstance(part, str) else None
    fields = cast("dict[str, Any]", part)
    text = fields.get("text")
    return text if fields.get("type") in _TEXT_PARTS and isinstance(text, str) else None


def shown_text(message: Message) -> str:
    """A message as the history shows it: its text and its tool calls.

    Thinking before an assistant's answer is left out, as chat templates do.
    """
    text = text_of(message)
    if text and "<" in text and message["role"] == "assistant":
        text = split_text(text)[0]
    calls = [called(message[key]) for key in _CALLS if message.get(key)]
    return " ".join(filter(None, (text, *calls)))


def with_text(message: Message, text: str) -> Message:
    """The message with another text in the same form of content; itself if the text is the same."""
    if text_of(message) == text:
        return message
    content: Any = message["content"]
    if not isinstance(content, list):
        return {**message, "content": text}
    first = cast("list[Any]", content or [{"type": "text"}])[0]
    return {**message, "content": [text if isinstance(first, str) else {**first, "text": text}]}


def tokens_of(messages: Sequence[Message]) -> int:
    """Estimate the tokens of messages, at CHARACTERS_A_TOKEN characters per token."""
    return sum(len(shown_text(message)) for message in messages) // CHARACTERS_A_TOKEN


def is_beyond_limit(response: str, context: ConversationContext) -> bool:
    """Whether a response is longer than `max_response_tokens`, by the same estimate."""
    most = context.max_response_tokens
    return most is not None and len(response) > most * CHARACTERS_A_TOKEN


def is_call(messages: Sequence[Message], position: int) -> bool:
    """Whether an assistant message calls a tool, in any form that datasets use."""
    following = messages[position + 1]["role"] if position + 1 < len(messages) else None
    message = messages[position]
    has_key = any(message.get(key) for key in _CALLS)
    return has_key or following in _TOOLS or bool(_CALL_MARKS.search(text_of(message) or ""))
