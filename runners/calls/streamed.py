"""Streams: joins the events of a streamed answer into a chat completion.

Some endpoints answer in streams only, whatever is asked for, or answer nothing else.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

import orjson

STREAMED = {"stream": True, "stream_options": {"include_usage": True}}
"""The entries of a call's body that ask for a stream, with the usage at its end."""
_WANTED = re.compile(rb"\bonly supports? stream", re.IGNORECASE)
"""What DashScope says of models such as qwq-plus: they take no other calls."""
_MARKS = (b"data:", b"event:", b"id:", b":")
"""How a stream of server-sent events begins; the last are comments, as OpenRouter sends."""
_TEXTS = ("content", "reasoning_content", "reasoning", "refusal")
"""The parts of a message that come in pieces."""
_BESIDE = ("model", "service_tier", "usage", "timings", "error")


def wants_stream(error: bytes) -> bool:
    """Whether an endpoint's error says that it answers in streams only."""
    return _WANTED.search(error) is not None


def is_stream(answer: bytes) -> bool:
    """Whether an answer is a stream of server-sent events."""
    return answer[:16].lstrip().startswith(_MARKS)


def joined(answer: bytes) -> dict[str, Any]:
    """The completion that a stream's events make up; without choices if the stream broke off.

    Raises ValueError for an event that is not JSON.
    """
    completion: dict[str, Any] = {}
    message: dict[str, Any] = {}
    tokens: list[Any] = []
    reason: str | None = None
    for event in _events(answer):
        completion |= {name: event[name] for name in _BESIDE if event.get(name)}
        choices: list[dict[str, Any]] = event.get("choices") or []
        for choice in choices:
            _add(message, choice.get("delta") or choice.get("message") or {})
            logprobs: dict[str, Any] = choice.get("logprobs") or {}
            tokens.extend(logprobs.get("content") or ())
            reason = choice.get("finish_reason") or reason
    if reason is None or "error" in completion:
        return completion
    told = {"logprobs": {"content": tokens}} if tokens else {}
    return {**completion, "choices": [{"message": message, "finish_reason": reason, **told}]}


def _events(answer: bytes) -> Iterator[Mapping[str, Any]]:
    for line in answer.splitlines():
        data = line.removeprefix(b"data:").strip()
        if line.startswith(b"data:") and data and data != b"[DONE]":
            event = orjson.loads(data)
            if isinstance(event, dict):
                yield cast("dict[str, Any]", event)


def _add(message: dict[str, Any], delta: Mapping[str, Any]) -> None:
    """Add a piece of a message to it."""
    message.setdefault("content", None)
    for name in _TEXTS:
        if isinstance(piece := delta.get(name), str):
            message[name] = (message.get(name) or "") + piece
    if delta.get("tool_calls"):
        message["tool_calls"] = delta["tool_calls"]
