"""Request: the top-level entries of a call's body besides its model and messages."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from langchain_core.messages import BaseMessage
from pydantic import JsonValue

from nodes.models.settings import ModelSettings

LIMIT = "max_completion_tokens"
"""OpenAI's name for the limit on an answer's tokens."""
LIMITS = (LIMIT, "max_tokens")
"""All names that endpoints have for it; one of them is sent."""
OURS = frozenset({"model", "messages", "stream", "n"})
"""Entries that coevol sets itself and nobody may override."""
_ROLES = {"system": "system", "human": "user", "ai": "assistant"}
_UNKNOWN_LIMIT = 16_384
"""Tokens reserved for an answer without a limit."""


def body_of(settings: ModelSettings) -> dict[str, JsonValue]:
    """The body of a call without model, messages and stop texts."""
    params = settings.params
    body: dict[str, JsonValue] = {
        "temperature": settings.temperature,
        "top_p": settings.top_p,
        **({} if _limits(params) else {LIMIT: settings.max_tokens}),
        **params,
    }
    return {name: value for name, value in body.items() if value is not None and name != "stop"}


def as_messages(messages: Iterable[BaseMessage]) -> list[dict[str, Any]]:
    """Text messages in the form of OpenAI's protocol."""
    return [{"role": _ROLES[each.type], "content": each.content} for each in messages]


def asked_in(
    fixed: Mapping[str, Any], messages: Iterable[BaseMessage], stop: list[str] | None
) -> dict[str, Any]:
    """The whole body of a call: the entries that a model's calls share, and its own."""
    return {**fixed, "messages": as_messages(messages), **({"stop": stop} if stop else {})}


def takes_stop(settings: ModelSettings) -> bool:
    """Whether the endpoint accepts stop texts."""
    return settings.params.get("stop", ()) is not None


def longest_answer(settings: ModelSettings) -> int:
    """The most tokens that an answer may have; a safe guess if there is no limit."""
    limit = limit_of(settings)
    return _UNKNOWN_LIMIT if limit is None else limit


def keeps_for_an_hour(settings: ModelSettings) -> bool:
    """Whether calls ask for prompts to be cached for an hour, as Anthropic offers."""
    return '"ttl": "1h"' in json.dumps(settings.params)


def limit_of(settings: ModelSettings) -> int | None:
    """The most tokens that an answer may have; None if there is no limit."""
    limits = _limits(settings.params) or {LIMIT: settings.max_tokens}
    return next((limit for limit in limits.values() if isinstance(limit, int)), None)


def _limits(params: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {name: params[name] for name in LIMITS if name in params}
