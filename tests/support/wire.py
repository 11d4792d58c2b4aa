"""The OpenAI chat API as bytes: completions, chunks of a stream, errors."""

from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

from tests.support.answers import Completion
from tests.support.caches import Cache, told_beside, told_in_usage
from tests.support.thoughts import THOUGHT, Form, message_of

JSON = "application/json"
CHUNK_WORDS = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """A completion with what the API says around it."""

    number: int
    model: str
    completion: Completion
    prompt_words: int
    answer_words: int
    thinking: Form | None = None
    thinks_only: bool = False
    logprobs: dict[str, Any] | None = None
    thought_words: int = len(THOUGHT.split())
    cache: Cache | None = None
    tier: str | None = None
    """The service tier that it names."""

    @property
    def message(self) -> dict[str, Any]:
        """The message, with its thinking if there is any."""
        text = None if self.thinks_only else self.completion.text
        if self.thinking is None:
            return {"role": "assistant", "content": text}
        return message_of(self.thinking, THOUGHT, text)

    def _head(self, kind: str) -> dict[str, Any]:
        return {
            "id": f"chatcmpl-{self.number}",
            "object": kind,
            "created": 1_700_000_000,
            "model": self.model,
            **({"service_tier": self.tier} if self.tier else {}),
        }

    def _usage(self) -> dict[str, Any]:
        thought = self.thought_words if self.thinking else 0
        said = self.answer_words + thought
        usage: dict[str, Any] = {
            "prompt_tokens": self.prompt_words,
            "completion_tokens": said,
            "total_tokens": self.prompt_words + said,
        }
        details = {"completion_tokens_details": {"reasoning_tokens": thought}}
        usage |= details if self.thinking else {}
        return usage | told_in_usage(self.cache, self.prompt_words)

    def whole(self) -> bytes:
        """The body of an answer that is not streamed."""
        choice = {
            "index": 0,
            "message": self.message,
            "finish_reason": self.completion.finish_reason,
            "logprobs": self.logprobs,
        }
        head = self._head("chat.completion")
        told = {"usage": self._usage(), **told_beside(self.cache, self.prompt_words)}
        return orjson.dumps(head | {"choices": [choice]} | told)

    def chunks(self, with_usage: bool) -> list[bytes]:
        """The events of a streamed answer."""
        deltas: list[dict[str, str]] = [{"role": "assistant", "content": ""}]
        for name in ("reasoning_content", "reasoning", "content"):
            said = self.message.get(name) or ""
            deltas += [{name: piece} for piece in pieces(said) if piece]
        choices: list[dict[str, Any]] = [
            {"index": 0, "delta": delta, "finish_reason": None} for delta in deltas
        ]
        reason: str = self.completion.finish_reason
        choices.append({"index": 0, "delta": {}, "finish_reason": reason})
        head = self._head("chat.completion.chunk")
        events = [orjson.dumps(head | {"choices": [choice]}) for choice in choices]
        if with_usage:
            events.append(orjson.dumps(head | {"choices": [], "usage": self._usage()}))
        return [b"data: " + event + b"\n\n" for event in (*events, b"[DONE]")]


def pieces(text: str) -> list[str]:
    """The text in pieces of a few words; joined they give the text."""
    words = text.split(" ")
    parts = [words[at : at + CHUNK_WORDS] for at in range(0, len(words), CHUNK_WORDS)]
    joined = [" ".join(part) for part in parts]
    return [piece + " " for piece in joined[:-1]] + joined[-1:]


def ok(body: bytes) -> web.Response:
    """JSON with status 200."""
    return web.Response(body=body, content_type=JSON)


def error(
    status: int, code: str, message: str, headers: dict[str, str] | None = None
) -> web.Response:
    """An error as OpenAI words it."""
    kind = "server_error" if status >= 500 else "invalid_request_error"
    inner = {"message": message, "type": kind, "param": None, "code": code}
    body = orjson.dumps({"error": inner})
    return web.Response(status=status, body=body, content_type=JSON, headers=headers)


def too_many(retry_after: float) -> web.Response:
    """429, with the time to wait."""
    message = "Rate limit reached for requests."
    return error(429, "rate_limit_exceeded", message, {"Retry-After": f"{retry_after:g}"})
