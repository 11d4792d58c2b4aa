"""Replies that are not answers, as real endpoints write them, and which calls get them.

serve(ServerOptions(replies=(openai(402, "Pay first.", after=20),)))
"""

from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

from tests.support.words import Prompt

PAGE = """<!DOCTYPE html><html><head><title>Welcome to the
 gateway</title><style>h1 {color: red}</style></head><body><h1>Hello</h1></body></html>"""


@dataclass(frozen=True)
class Reply:
    """What a call gets instead of an answer, and which calls those are."""

    status: int
    body: Any
    """Sent as JSON, a str as a page."""
    headers: dict[str, str] = field(default_factory=dict[str, str])
    word: str | None = None
    """Only calls with this word in their prompt."""
    task: str | None = None
    """Only calls of one of the paper's prompts, by the name of its node."""
    after: int = 0
    """Only calls from this one on, of those that the server has seen, counted from 0."""
    until: int | None = None
    """Only calls before this one."""
    every: int = 1
    """Only one call in so many."""

    def is_for(self, number: int, prompt: Prompt, task: str) -> bool:
        """Whether the call with this number gets it."""
        return (
            number >= self.after
            and (self.until is None or number < self.until)
            and number % self.every == 0
            and (self.word is None or self.word in prompt.words)
            and (self.task is None or self.task == task)
        )

    def response(self) -> web.Response:
        """The reply as HTTP."""
        if isinstance(self.body, str):
            page = {"text": self.body, "content_type": "text/html"}
            return web.Response(status=self.status, headers=self.headers, **page)  # pyright: ignore[reportArgumentType]
        return web.Response(
            status=self.status,
            body=orjson.dumps(self.body),
            content_type="application/json",
            headers=self.headers,
        )


def openai(status: int, message: str, code: str | None = None, **which: Any) -> Reply:
    """An error as OpenAI, vLLM, DeepSeek and Moonshot word it."""
    told = {"message": message, "type": code or "invalid_request_error", "code": code}
    return Reply(status, {"error": told}, **which)


def openrouter(
    code: int, message: str, raw: str | None = None, status: int | None = None, **which: Any
) -> Reply:
    """An error as OpenRouter words it: status 200 and the code inside, once it has begun."""
    error: dict[str, Any] = {"code": code, "message": message}
    if raw is not None:
        error["metadata"] = {"raw": raw, "provider_name": "Mill"}
    return Reply(status or 200, {"error": error, "user_id": "user_1"}, **which)


def in_choice(code: int, message: str, **which: Any) -> Reply:
    """An error as OpenRouter tells it of an answer that it had begun."""
    said = {"role": "assistant", "content": ""}
    error = {"code": code, "message": message}
    choice = {"index": 0, "message": said, "error": error, "finish_reason": "error"}
    return Reply(200, {"object": "chat.completion", "choices": [choice]}, **which)


def beside_choices(code: int, message: str, **which: Any) -> Reply:
    """The same, for the whole answer."""
    choice = {"index": 0, "message": {"role": "assistant", "content": None}, "finish_reason": None}
    return Reply(200, {"error": {"code": code, "message": message}, "choices": [choice]}, **which)


def minimax(code: int, message: str, **which: Any) -> Reply:
    """An error as MiniMax tells it with status 200."""
    told = {"status_code": code, "status_msg": message}
    return Reply(200, {"id": "1", "choices": None, "base_resp": told}, **which)


def lm_studio(status: int, message: str, **which: Any) -> Reply:
    """An error as LM Studio and TGI word it."""
    return Reply(status, {"error": message, "error_type": "validation"}, **which)


def fastapi(status: int, detail: Any, **which: Any) -> Reply:
    """An error as servers made with FastAPI word it, such as SGLang."""
    return Reply(status, {"detail": detail}, **which)


def gemini(status: int, message: str, delay: str, **which: Any) -> Reply:
    """An error as Gemini words it: in a list, with the time to wait among the details."""
    retry = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}
    error = {"code": status, "message": message, "status": "RESOURCE_EXHAUSTED", "details": [retry]}
    return Reply(status, [{"error": error}], **which)


def page(status: int = 200, **which: Any) -> Reply:
    """A page for people."""
    return Reply(status, PAGE, **which)
