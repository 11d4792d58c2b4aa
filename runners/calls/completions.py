"""Completions: reads the answer of an OpenAI-compatible endpoint, or tells that it is not one."""

import json
from collections.abc import Mapping
from typing import Any, cast

import orjson
from langchain_core.outputs import ChatGeneration, ChatResult

from nodes.models.completion import read_choice
from nodes.models.said import is_page, words_in
from nodes.models.tiers import ENTRY, HEADER
from nodes.models.usage import read_usage
from runners.calls.spent import spent_of
from runners.calls.streamed import is_stream, joined

_SHOWN = 200


class NoCompletion(ValueError):
    """An answer with status 200 is not a chat completion; the message says what it is."""

    def __init__(self, body: object, headers: Mapping[str, str]) -> None:
        """`body` is parsed JSON, or the text of the answer."""
        super().__init__(f"the answer is no chat completion: {_described(body)}")
        self.headers = headers
        fields = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
        self.error: object = _error_in(fields)
        """The error in the body, if any."""
        usage = read_usage(fields)
        self.spent = usage and spent_of(usage)
        """The usage that was reported nevertheless, if any."""


def read_completion(answer: bytes, headers: Mapping[str, str] | None = None) -> ChatResult:
    """Read a chat completion. Raises NoCompletion if it is something else, such as HTML."""
    try:
        completion = joined(answer) if is_stream(answer) else parsed(answer)
    except ValueError:
        raise NoCompletion(answer.decode(errors="replace"), headers or {}) from None
    return completion_in(completion, headers or {})


def completion_in(completion: Any, headers: Mapping[str, str]) -> ChatResult:
    """Read a parsed chat completion. Raises NoCompletion if it is something else."""
    try:
        choice = completion["choices"][0]
        if completion.get("error") or choice.get("error"):
            raise LookupError("error")  # which counts, whatever else is there
        message = read_choice(choice)
        message.response_metadata["model_name"] = completion.get("model")
        tier = completion.get(ENTRY) or (headers or {}).get(HEADER)
        if tier:
            message.response_metadata[ENTRY] = tier
        message.usage_metadata = read_usage(completion)
    except (LookupError, TypeError, AttributeError, ValueError):
        raise NoCompletion(completion, headers) from None
    return ChatResult(generations=[ChatGeneration(message=message)])


def _error_in(fields: Mapping[str, Any]) -> object:
    """The error beside the choices or, as from OpenRouter, in one; else what MiniMax has for it."""
    choices: object = fields.get("choices")
    first = next(iter(cast("list[object]", choices)), None) if isinstance(choices, list) else None
    of_choice = cast("dict[str, Any]", first).get("error") if isinstance(first, dict) else None
    return fields.get("error") or of_choice or fields.get("base_resp")


def _described(body: object) -> str:
    if isinstance(body, str) and is_page(body):
        return f"a web page, {words_in(body)[:_SHOWN]!r}"
    shown = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return " ".join(shown.split())[:_SHOWN] or "empty"


def parsed(answer: bytes) -> Any:
    """Parse JSON, even with half a surrogate pair, as from an emoji that the token limit cut."""
    try:
        return orjson.loads(answer)
    except orjson.JSONDecodeError:
        text = json.dumps(json.loads(answer), ensure_ascii=False)
        return orjson.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
