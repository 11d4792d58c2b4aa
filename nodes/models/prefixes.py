"""Prefixes: where a prompt's shared beginnings end, as endpoints want it said that ask for it.

Most endpoints find out by themselves what they have read before. Anthropic's keeps nothing that is
not marked, and OpenAI's keep the whole of a prompt, from gpt-5.6 on for a quarter more, unless told
where a beginning ends. Both take at most four marks; prompts have one or two.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from langchain_core.messages import BaseMessage

from nodes.models.names import Endpoint
from nodes.models.providers import ENDPOINTS

BEGINNINGS = "beginnings"
"""In a message's `additional_kwargs`: how much of its text other prompts of its row begin with too,
in characters (`prompts.render.beginnings`). It is not sent."""
Mark = Mapping[str, Any]
"""The entry of a block of text that says that a beginning ends with it."""

ANTHROPIC: Mark = {"cache_control": {"type": "ephemeral"}}
OPENAI: Mark = {"prompt_cache_breakpoint": {"mode": "explicit"}}
MARKED_ALONE: Mapping[str, Any] = {"prompt_cache_options": {"mode": "explicit"}}
"""OpenAI's entry of a body by which nothing else of the prompt is written into the cache."""
_TAKES_MARKS = re.compile(r"gpt-(5\.([6-9]|\d\d)|[6-9]|\d\d)(?!\d)")


def is_openai(base_url: str) -> bool:
    """Whether an address is that of OpenAI's own API."""
    return base_url == ENDPOINTS["openai"].base_url


def mark_of(endpoint: Endpoint) -> Mark | None:
    """How an OpenAI-compatible model wants a beginning marked; None for those that want none."""
    takes = is_openai(endpoint.base_url) and _TAKES_MARKS.match(endpoint.name)
    return OPENAI if takes else None


def begin_alike(messages: Iterable[BaseMessage]) -> bool:
    """Whether a prompt has a beginning that other prompts of its row share."""
    return any(message.additional_kwargs.get(BEGINNINGS) for message in messages)


def marked(messages: Iterable[BaseMessage], mark: Mark) -> list[BaseMessage]:
    """The messages, with a mark where a shared beginning ends: such a text comes in blocks.

    The texts are the same. Messages that say nothing of how they begin stay as they are.
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
