"""Prefixes: marks where a prompt's shared beginnings end, for endpoints that need such marks.

Most endpoints find out by themselves which part of a prompt they have seen before. Anthropic's
caches only what is marked. OpenAI's, from gpt-5.6 on, write the whole prompt into the cache at a
quarter more, unless marks say where the shared part ends. Both accept up to four marks; prompts
have one or two.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from langchain_core.messages import BaseMessage

from nodes.models.names import Endpoint
from nodes.models.providers import ENDPOINTS

BEGINNINGS = "beginnings"
"""In a message's `additional_kwargs`: the lengths, in characters, of the beginnings that it
shares with other prompts of its row (`prompts.render.beginnings`). It is not sent."""
Mark = Mapping[str, Any]
"""The entry of a content block that marks the end of a shared beginning."""

ANTHROPIC: Mark = {"cache_control": {"type": "ephemeral"}}
OPENAI: Mark = {"prompt_cache_breakpoint": {"mode": "explicit"}}
MARKED_ALONE: Mapping[str, Any] = {"prompt_cache_options": {"mode": "explicit"}}
"""OpenAI's body entry that restricts cache writes to the marked beginnings."""
_TAKES_MARKS = re.compile(r"gpt-(5\.([6-9]|\d\d)|[6-9]|\d\d)(?!\d)")


def is_openai(base_url: str) -> bool:
    """Whether an address is OpenAI's own API."""
    return base_url == ENDPOINTS["openai"].base_url


def mark_of(endpoint: Endpoint) -> Mark | None:
    """How an OpenAI-compatible model wants a beginning marked; None if it wants no mark."""
    takes = is_openai(endpoint.base_url) and _TAKES_MARKS.match(endpoint.name)
    return OPENAI if takes else None


def begin_alike(messages: Iterable[BaseMessage]) -> bool:
    """Whether a prompt shares a beginning with other prompts of its row."""
    return any(message.additional_kwargs.get(BEGINNINGS) for message in messages)


def marked(messages: Iterable[BaseMessage], mark: Mark) -> list[BaseMessage]:
    """The messages, with the texts that have shared beginnings split into blocks, each marked.

    The texts stay the same. Messages without shared beginnings are returned as they are.
    """
    return [_marked(message, mark) for message in messages]


def _marked(message: BaseMessage, mark: Mark) -> BaseMessage:
    ends: list[int] = message.additional_kwargs.get(BEGINNINGS) or []
    if not ends:
        return message
    text = message.text
    parts = [text[start:end] for start, end in pairwise([0, *ends, len(text)])]
    blocks: list[str | dict[Any, Any]] = [
        {"type": "text", "text": each, **mark} for each in parts[:-1]
    ]
    return message.model_copy(update={"content": [*blocks, {"type": "text", "text": parts[-1]}]})
