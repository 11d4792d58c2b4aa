"""Files of calls and of their answers, as OpenAI's batches have them and those of its likes.

A call is a line of JSON with a name of ours, and what came of it is a line with the same name.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, cast

import openai
import orjson
from langchain_core.messages import BaseMessage

from nodes.models.names import Endpoint
from nodes.models.request import asked_in, body_of
from nodes.models.settings import ModelSettings
from runners.batches.protocol import Body, Result
from runners.calls.completions import completion_in, parsed
from runners.calls.http_errors import status_error
from runners.calls.kinds import status_among
from runners.storage.batch_table import Batch

CALLS = "/v1/chat/completions"
"""Where the calls of a batch would go by themselves."""
OVER = ("completed", "failed", "expired", "cancelled")
"""Words for batches of which nothing more will come."""
CLOCKS = 3600.0
"""Seconds by which a provider's clock may be another than ours."""
_UNDONE = ("batch_expired", "batch_cancelled")
"""Codes of lines that nobody worked on."""
_TIMEOUT = 600.0
"""Seconds for one request: files are large."""


def openai_bodies(settings: ModelSettings, endpoint: Endpoint) -> "_Bodies":
    """What makes the bodies of calls with these settings."""
    return _Bodies({"model": endpoint.name, **body_of(settings)})


class _Bodies:
    def __init__(self, fixed: Body) -> None:
        self._fixed = fixed

    def __call__(self, messages: list[BaseMessage], stop: list[str] | None) -> Body:
        return asked_in(self._fixed, messages, stop)


def client_of(endpoint: Endpoint) -> openai.AsyncOpenAI:
    """Make a client that tries nothing twice."""
    headers: dict[str, Any] = dict(endpoint.headers)
    if "authorization" not in map(str.lower, headers):
        headers["Authorization"] = openai.Omit()  # Azure's own header has the key
    return openai.AsyncOpenAI(
        base_url=endpoint.base_url,
        api_key=endpoint.api_key,
        default_headers=headers,
        default_query=endpoint.query or None,
        max_retries=0,
        timeout=_TIMEOUT,
    )


def file_name(batch: Batch) -> str:
    """What the file of a batch's calls is called: by it the batch is found again."""
    return f"coevol-{batch.token}.jsonl"


async def results_in(
    client: openai.AsyncOpenAI, url: str, files: Iterable[str | None]
) -> list[Result]:
    """Download what came of calls at `url`; nothing of a file that is kept no longer."""
    results: list[Result] = []
    for file in filter(None, files):
        with suppress(openai.NotFoundError):
            lines = filter(None, (await client.files.content(file)).content.split(b"\n"))
            results += [each for line in lines if (each := _result(line, url)) is not None]
    return results


def _result(line: bytes, url: str) -> Result | None:
    """What one line of a file says; None if nobody worked on its call."""
    told: dict[str, Any] = parsed(line)
    name = str(told["custom_id"])
    response = cast("dict[str, Any] | None", told.get("response"))
    error: dict[str, Any] = told.get("error") or {}
    if error.get("code") in _UNDONE:
        return None
    if response is None:
        code, answer = str(error.get("code")), orjson.dumps({"error": error})
        return Result(name, status_error(url, status_among([code]), {}, answer))
    if response["status_code"] >= 400:
        answer = orjson.dumps(response["body"])
        return Result(name, status_error(url, response["status_code"], {}, answer))
    try:
        return Result(name, completion_in(response["body"], {}))
    except ValueError as no_completion:
        return Result(name, no_completion)
