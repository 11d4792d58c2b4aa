"""A chat call as it arrived, and its refusal."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast

import orjson
from aiohttp import web

from tests.support import wire
from tests.support.options import FaultKind
from tests.support.recording import Request
from tests.support.words import Prompt, read_prompt


@dataclass(slots=True)
class Call:
    """A chat call on its way through."""

    http: web.BaseRequest
    record: Request
    body: dict[str, Any]
    digest: bytes
    """Of the body as it came."""
    prompt: Prompt
    fault: FaultKind | None = None


class Refusal(Exception):
    """The call gets this response instead of an answer."""

    def __init__(self, response: web.Response) -> None:
        super().__init__(response.status)
        self.response = response


def read_call(http: web.BaseRequest, record: Request, raw: bytes) -> Call:
    """The call in a request's bytes."""
    try:
        record.body = body = orjson.loads(raw)
        messages = body["messages"]
        if any(not isinstance(message["content"], str) for message in messages):
            messages = [{"content": _flat(message["content"])} for message in messages]
        prompt = read_prompt(messages)
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise Refusal(wire.error(400, "bad_request", f"Not a chat call: {problem!r}")) from None
    record.authorization = _authorization(http.headers)
    record.headers = {name.lower(): value for name, value in http.headers.items()}
    record.user_agent = http.headers.get("User-Agent")
    return Call(http, record, body, sha256(raw).digest(), prompt)


def _authorization(headers: Mapping[str, str]) -> str | None:
    """Who calls, whichever provider's header says it."""
    key = headers.get("x-api-key") or headers.get("x-goog-api-key")
    return f"Bearer {key}" if key else headers.get("Authorization")


def limits_of(body: dict[str, Any]) -> tuple[int | None, list[str]]:
    """How far an answer may go: the most tokens, and the texts that end it."""
    stop: str | list[str] | None = body.get("stop")
    tokens: int | None = body.get("max_completion_tokens") or body.get("max_tokens")
    return tokens, [stop] if isinstance(stop, str) else stop or []


def _flat(content: Any) -> str:
    """The text of a message's content: a string, or parts, or nothing."""
    if isinstance(content, str):
        return content
    parts = cast("list[dict[str, str]]", content or [])
    return " ".join(part.get("text", "") for part in parts)
