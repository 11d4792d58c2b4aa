"""OpenAI's files and batches, so also Azure's, Groq's, and those of gateways that speak the same.

https://platform.openai.com/docs/guides/batch: a file of JSON lines is uploaded, a batch is made of
it, and what came of its lines is in two files, one of answers and one of errors.
"""

from collections.abc import AsyncIterable, AsyncIterator, Collection, Sequence
from contextlib import suppress
from typing import Any, cast

import openai
import orjson
from langchain_core.messages import BaseMessage

from nodes.models.names import Endpoint
from nodes.models.request import asked_in, body_of
from nodes.models.settings import ModelSettings
from runners.batches.protocol import BatchLine, BatchState, Body, Result
from runners.calls.completions import completion_in, parsed
from runners.calls.http_errors import status_error
from runners.calls.kinds import status_among
from runners.storage.batch_table import Batch

_CALLS = "/v1/chat/completions"
_OVER = ("completed", "failed", "expired", "cancelled")
_UNDONE = ("batch_expired", "batch_cancelled")
"""Codes of lines that nobody worked on."""
_TOO_MUCH = "token_limit_exceeded"
_METADATA = "coevol"
"""Under which name a batch's metadata has its token."""
_UNLISTED = (404, 405)
"""Statuses of gateways that take files and list none."""
_CLOCKS = 3600.0
"""Seconds by which a provider's clock may be another than ours."""
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


class OpenAIBatches:
    """The batches of one endpoint. Tries nothing twice."""

    most_lines = 50_000
    most_bytes = 200_000_000

    def __init__(self, endpoint: Endpoint) -> None:
        self._url = f"{endpoint.base_url}/chat/completions"
        headers: dict[str, Any] = dict(endpoint.headers)
        if "authorization" not in map(str.lower, headers):
            headers["Authorization"] = openai.Omit()  # Azure's own header has the key
        self._client = openai.AsyncOpenAI(
            base_url=endpoint.base_url,
            api_key=endpoint.api_key,
            default_headers=headers,
            default_query=endpoint.query or None,
            max_retries=0,
            timeout=_TIMEOUT,
        )

    async def check(self) -> None:
        """List a batch."""
        await self._client.batches.list(limit=1)

    async def send(self, batch: Batch, lines: Sequence[BatchLine]) -> str:
        """Upload the lines in a file named after the token, and make a batch of it."""
        content = b"\n".join(map(_json_line, lines))
        name = _file_name(batch)
        file = await self._client.files.create(file=(name, content), purpose="batch")
        return await self._make(batch, file.id)

    async def find(
        self, batch: Batch, lines: Collection[str], others: Collection[str], *, makes: bool
    ) -> str | None:
        """Find the batch by its metadata or its file; make it of the file if there is no more."""
        file = await self._file_of(batch)
        since = batch.made - _CLOCKS
        async for each in _newer(self._client.batches.list(limit=100), since):
            if (each.metadata or {}).get(_METADATA) == batch.token or each.input_file_id == file:
                return each.id
        return await self._make(batch, file) if makes and file is not None else None

    async def look(self, id: str) -> BatchState:
        """Look how the batch is."""
        try:
            found = await self._client.batches.retrieve(id)
        except openai.NotFoundError:
            return BatchState("gone", is_over=True)
        errors = (found.errors.data if found.errors else None) or []
        codes = tuple(each.code for each in errors if each.code)
        return BatchState(
            found.status,
            found.status in _OVER,
            found.request_counts.completed if found.request_counts else 0,
            found.status == "cancelled",
            next((each.message for each in errors if each.message), None),
            codes,
            found.status == "failed" and _TOO_MUCH in codes,
        )

    async def results(self, id: str) -> list[Result]:
        """Download what has come of the lines; nothing where it is kept no longer."""
        results: list[Result] = []
        with suppress(openai.NotFoundError):
            found = await self._client.batches.retrieve(id)
            for file in filter(None, (found.output_file_id, found.error_file_id)):
                content = await self._client.files.content(file)
                lines = filter(None, content.content.split(b"\n"))
                results += [each for line in lines if (each := self._result(line)) is not None]
        return results

    async def cancel(self, id: str) -> None:
        """Ask for the batch to be cancelled; one that is over already stays as it is."""
        try:
            await self._client.batches.cancel(id)
        except (openai.BadRequestError, openai.ConflictError):
            if not (await self.look(id)).is_over:
                raise

    async def close(self) -> None:
        """Close the client."""
        await self._client.close()

    async def _make(self, batch: Batch, file: str) -> str:
        made = await self._client.batches.create(
            input_file_id=file,
            endpoint=_CALLS,
            completion_window="24h",
            metadata={_METADATA: batch.token},
        )
        return made.id

    async def _file_of(self, batch: Batch) -> str | None:
        """The file of a batch, where files are listed: one that nothing was made of is not paid."""
        name, since = _file_name(batch), batch.made - _CLOCKS
        try:
            async for file in _newer(self._client.files.list(purpose="batch"), since):
                if file.filename == name and file.status != "error":
                    return file.id
        except openai.APIStatusError as error:
            if error.status_code not in _UNLISTED:
                raise
        return None

    def _result(self, line: bytes) -> Result | None:
        """What one line of a file says; None if nobody worked on its call."""
        told: dict[str, Any] = parsed(line)
        name, response = str(told["custom_id"]), cast("dict[str, Any] | None", told["response"])
        error: dict[str, Any] = told.get("error") or {}
        if error.get("code") in _UNDONE:
            return None
        if response is None:
            code = str(error.get("code"))
            answer = orjson.dumps({"error": error})
            return Result(name, status_error(self._url, status_among([code]), {}, answer))
        if response["status_code"] >= 400:
            answer = orjson.dumps(response["body"])
            return Result(name, status_error(self._url, response["status_code"], {}, answer))
        try:
            return Result(name, completion_in(response["body"], {}))
        except ValueError as error_:
            return Result(name, error_)


def _json_line(line: BatchLine) -> bytes:
    told = {"custom_id": line.name, "method": "POST", "url": _CALLS, "body": line.body}
    return orjson.dumps(told)


def _file_name(batch: Batch) -> str:
    return f"coevol-{batch.token}.jsonl"


async def _newer(pages: AsyncIterable[Any], since: float) -> AsyncIterator[Any]:
    """Yield what is listed and no older than a moment; not everybody lists the newest first."""
    async for each in pages:
        if each.created_at >= since:
            yield each
