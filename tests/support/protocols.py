"""The loopback model in other protocols than OpenAI's: Anthropic's, Google's and AWS's.

A call is translated to OpenAI's protocol, so that every option of the server works for it too, and
the answer is translated back. Shapes are those of the providers' API references.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import orjson
from aiohttp import web

from tests.support.words import text_in

Body = dict[str, Any]


class Protocol(NamedTuple):
    """How one provider's API is spoken."""

    path: re.Pattern[str]
    """Of a call; its group is the model's name, where the path has it."""
    asked: Callable[[Body], Body]
    """A call's body as OpenAI has it, without the model."""
    answer: Callable[[Body], Body]
    """An OpenAI completion, as the provider words it."""
    error: Callable[[int, str], web.Response]
    """An error, by status and words."""


def protocol_of(path: str) -> tuple[Protocol, str | None] | None:
    """The protocol that a path belongs to, and the model that it names."""
    for each in PROTOCOLS:
        if match := each.path.fullmatch(path):
            return each, match["model"] if "model" in each.path.groupindex else None
    return None


def asked_in(protocol: Protocol, model: str | None, raw: bytes) -> bytes:
    """A call in OpenAI's words."""
    body: Body = orjson.loads(raw)
    return orjson.dumps({"model": model or body["model"], **protocol.asked(body)})


def put_back(protocol: Protocol, response: web.Response) -> web.Response:
    """What OpenAI would answer, in the provider's words; pages stay as they are."""
    if response.content_type != "application/json":
        return response
    told: Body = orjson.loads(response.body)  # pyright: ignore[reportArgumentType]
    if response.status < 400:
        return web.json_response(protocol.answer(told))
    put = protocol.error(response.status, told["error"]["message"])
    if "Retry-After" in response.headers:
        put.headers["Retry-After"] = response.headers["Retry-After"]
    return put


def _cached(usage: Body, otherwise: int = 0) -> int:
    return usage.get("prompt_tokens_details", {}).get("cached_tokens", otherwise)


def _written(usage: Body) -> int:
    return usage.get("prompt_tokens_details", {}).get("cache_write_tokens", 0)


def _written_1h(usage: Body) -> int:
    details = usage.get("prompt_tokens_details", {}).get("cache_creation_token_details", {})
    return details.get("ephemeral_1h_input_tokens", 0)


def _only(**entries: Any) -> Body:
    return {name: each for name, each in entries.items() if each is not None}


def _with_system(system: Any, messages: list[Body]) -> list[Body]:
    head = [{"role": "system", "content": text_in(system)}] if system else []
    return head + [{"role": m["role"], "content": text_in(m["content"])} for m in messages]


def _anthropic_asked(body: Body) -> Body:
    kept = [text_in(blocks) for blocks in _marked(body["messages"])]
    messages = _with_system(body.pop("system", None), body.pop("messages"))
    more = _only(stop=body.pop("stop_sequences", None), kept=kept or None)
    return {"messages": messages, **more, **body}


def _marked(messages: list[Body]) -> list[list[Body]]:
    """What a call asks to be kept in the cache: the blocks up to each that says so."""
    return [
        message["content"][: place + 1]
        for message in messages
        if not isinstance(message["content"], str)
        for place, block in enumerate(message["content"])
        if block.get("cache_control") == {"type": "ephemeral"}
    ]


def _anthropic_answer(completion: Body) -> Body:
    choice = completion["choices"][0]
    thought, text = choice["message"].get("reasoning_content"), choice["message"]["content"]
    blocks = [{"type": "thinking", "thinking": thought, "signature": "c2ln"}] if thought else []
    usage = completion["usage"]
    cached, written = _cached(usage, 2), _written(usage)
    reason = {"stop": "end_turn", "length": "max_tokens"}
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": completion["model"],
        "content": [*blocks, *([{"type": "text", "text": text}] if text else [])],
        "stop_reason": reason.get(choice["finish_reason"], choice["finish_reason"]),
        "stop_sequence": None,
        "usage": {
            "input_tokens": usage["prompt_tokens"] - cached - written,
            "cache_read_input_tokens": cached,
            "cache_creation_input_tokens": written,
            "cache_creation": {
                "ephemeral_5m_input_tokens": written - _written_1h(usage),
                "ephemeral_1h_input_tokens": _written_1h(usage),
            },
            "output_tokens": usage["completion_tokens"],
        },
    }


_ANTHROPIC_ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    529: "overloaded_error",
}


def _anthropic_error(status: int, words: str) -> web.Response:
    error = {"type": _ANTHROPIC_ERRORS.get(status, "api_error"), "message": words}
    body = {"type": "error", "error": error, "request_id": "req_1"}
    return web.json_response(body, status=status)


def _google_asked(body: Body) -> Body:
    contents = [
        {"role": each["role"].replace("model", "assistant"), "content": each["parts"]}
        for each in body["contents"]
    ]
    config: Body = body.get("generationConfig", {})
    named = {"topP": "top_p", "maxOutputTokens": "max_tokens", "stopSequences": "stop"}
    system: Mapping[str, Any] = body.get("systemInstruction", {})
    entries = {named.get(name, name): each for name, each in config.items()}
    return {"messages": _with_system(system.get("parts"), contents), **entries}


def _google_answer(completion: Body) -> Body:
    choice, usage = completion["choices"][0], completion["usage"]
    thought, text = choice["message"].get("reasoning_content"), choice["message"]["content"]
    thoughts: int = usage.get("completion_tokens_details", {}).get("reasoning_tokens", 0)
    parts = [{"text": thought, "thought": True}] if thought else []
    reason = {"stop": "STOP", "length": "MAX_TOKENS"}
    content = {"role": "model", "parts": [*parts, *([{"text": text}] if text else [])]}
    ended = reason.get(choice["finish_reason"], choice["finish_reason"])
    return {
        "candidates": [{"content": content, "finishReason": ended, "index": 0}],
        "modelVersion": completion["model"],
        "usageMetadata": {
            "promptTokenCount": usage["prompt_tokens"],
            "cachedContentTokenCount": _cached(usage),
            "candidatesTokenCount": usage["completion_tokens"] - thoughts,
            "thoughtsTokenCount": thoughts,
            "totalTokenCount": usage["total_tokens"],
        },
    }


_GOOGLE_STATUSES = {400: "INVALID_ARGUMENT", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
                    429: "RESOURCE_EXHAUSTED", 503: "UNAVAILABLE"}  # fmt: skip


def _google_error(status: int, words: str) -> web.Response:
    if status == 401:  # so Google says it
        status, words = 400, "API key not valid. Please pass a valid API key."
    error = {"code": status, "message": words, "status": _GOOGLE_STATUSES.get(status, "INTERNAL")}
    return web.json_response({"error": error}, status=status)


def _aws_asked(body: Body) -> Body:
    config: Body = body.get("inferenceConfig", {})
    named = {"topP": "top_p", "maxTokens": "max_tokens", "stopSequences": "stop"}
    entries = {named.get(name, name): each for name, each in config.items()}
    others: Body = body.get("additionalModelRequestFields") or {}
    return {"messages": _with_system(body.get("system"), body["messages"]), **entries, **others}


def _aws_answer(completion: Body) -> Body:
    choice, usage = completion["choices"][0], completion["usage"]
    thought, text = choice["message"].get("reasoning_content"), choice["message"]["content"]
    told = {"reasoningContent": {"reasoningText": {"text": thought, "signature": "c2ln"}}}
    content = [*([told] if thought else []), *([{"text": text}] if text else [])]
    given, said = usage["prompt_tokens"], usage["completion_tokens"]
    reason = {"stop": "end_turn", "length": "max_tokens"}
    return {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": reason.get(choice["finish_reason"], choice["finish_reason"]),
        "usage": {
            "inputTokens": given - _cached(usage) - _written(usage),
            "cacheReadInputTokens": _cached(usage),
            "cacheWriteInputTokens": _written(usage),
            "cacheDetails": [
                {"ttl": "5m", "inputTokens": _written(usage) - _written_1h(usage)},
                {"ttl": "1h", "inputTokens": _written_1h(usage)},
            ],
            "outputTokens": said,
            "totalTokens": given + said,
        },
        "metrics": {"latencyMs": 1},
    }


_AWS_ERRORS = {400: "ValidationException", 403: "AccessDeniedException",
               404: "ResourceNotFoundException", 429: "ThrottlingException",
               503: "ServiceUnavailableException"}  # fmt: skip


def _aws_error(status: int, words: str) -> web.Response:
    kind = _AWS_ERRORS.get(status, "InternalServerException")
    return web.json_response({"message": words}, status=status, headers={"x-amzn-ErrorType": kind})


PROTOCOLS = (
    Protocol(re.compile("/v1/messages"), _anthropic_asked, _anthropic_answer, _anthropic_error),
    Protocol(
        re.compile(
            "/(v1beta|v1beta1/publishers/google)/models/(?P<model>[^/:]+):generateContent"
        ),  # by itself, and as Vertex AI
        _google_asked,
        _google_answer,
        _google_error,
    ),
    Protocol(re.compile("/model/(?P<model>[^/]+)/converse"), _aws_asked, _aws_answer, _aws_error),
    Protocol(  # Claude's own words, on Bedrock
        re.compile("/model/(?P<model>[^/]+)/invoke"),
        _anthropic_asked,
        _anthropic_answer,
        _aws_error,
    ),
)
