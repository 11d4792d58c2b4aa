"""Gemini's batches, through Google's SDK and LangChain's own chat model for it.

https://ai.google.dev/gemini-api/docs/batch-api: a file of JSON lines is uploaded, a batch is made
of it, and what came of its lines is in another file. Calls could stand in the request that makes
the batch, too; but what comes of those is in no order and may be without their names
(github.com/googleapis/python-genai, issues 1909 and 2008).
"""

from collections.abc import Collection, Sequence
from io import BytesIO
from typing import Any, cast

import orjson
from google.genai import errors, types
from langchain_google_genai import ChatGoogleGenerativeAI

from nodes.models.integrations import ONCE, make_integration
from nodes.models.settings import ModelSettings
from runners.batches.google_calls import body_in, completion_of, error_of, status_of
from runners.batches.protocol import BatchLine, BatchState, Body, NoRoom, Result
from runners.calls.completions import parsed
from runners.errors import UsageError
from runners.storage.batch_table import Batch

_OVER = ("succeeded", "failed", "cancelled", "expired", "partially_succeeded")
_NOBODY_THERE = (403, 404)
"""What Google answers for a file that is not there, or is somebody else's."""
_CANCELLED = 499
_TOO_MANY = 429
_JSON_LINES = "jsonl"
"""As its pages have the type of such a file."""
_TIMEOUT = 600_000
"""Milliseconds for one request: files are large."""


def _model(settings: ModelSettings) -> ChatGoogleGenerativeAI:
    model = cast("ChatGoogleGenerativeAI", make_integration(settings, ONCE))
    if model.async_client._api_client.vertexai:
        hint = "unset GOOGLE_GENAI_USE_VERTEXAI and give an API key"
        raise UsageError(f"--engine batch: Vertex AI has batches of other kinds alone; {hint}")
    return model


class GoogleBodies:
    """Makes the bodies of calls with one group of settings, as LangChain and the SDK do."""

    def __init__(self, settings: ModelSettings) -> None:
        self._model = _model(settings)

    def __call__(self, messages: list[Any], stop: list[str] | None) -> Body:
        """What a call sends."""
        return body_in(self._model, messages, stop)


class GoogleBatches:
    """The batches of one model. Tries nothing twice."""

    most_lines = 200_000
    most_bytes = 2_000_000_000

    def __init__(self, settings: ModelSettings) -> None:
        self._model = _model(settings)
        self._name: str = self._model.model

    @property
    def _client(self) -> Any:
        return self._model.async_client

    async def check(self) -> None:
        """List a batch."""
        await self._client.batches.list(config=_config(page_size=1))

    async def send(self, batch: Batch, lines: Sequence[BatchLine]) -> str:
        """Upload the lines in a file named after the token, and make a batch of it."""
        content = BytesIO(b"\n".join(map(_json_line, lines)))
        name = _name_of(batch)
        config = _config(name=name, display_name=name, mime_type=_JSON_LINES)
        file: types.File = await self._client.files.upload(file=content, config=config)
        return await self._make(batch, file)

    async def find(
        self, batch: Batch, lines: Collection[str], others: Collection[str], *, makes: bool
    ) -> str | None:
        """Find the batch by its name, or make it of its file if there is no more."""
        async for each in await self._client.batches.list(config=_config(page_size=100)):
            if each.display_name == _name_of(batch):
                return each.name
        file = await self._file_of(batch) if makes else None
        return await self._make(batch, file) if file is not None else None

    async def look(self, id: str) -> BatchState:
        """Look how the batch is."""
        found = await self._get(id)
        if found is None:
            return BatchState("gone", is_over=True)
        metadata: dict[str, Any] = found.get("metadata", {})
        status = str(metadata.get("state", "")).partition("_STATE_")[2].lower()
        error: dict[str, Any] = found.get("error") or {}
        answered = int(metadata.get("batchStats", {}).get("successfulRequestCount", 0))
        is_too_much = status_of(error) == _TOO_MANY and not answered
        return BatchState(
            status,
            status in _OVER,
            answered,
            was_cancelled=status == "cancelled",
            problem=error.get("message"),
            codes=(str(error["code"]),) if "code" in error else (),
            is_too_much=status == "failed" and is_too_much,
        )

    async def results(self, id: str) -> list[Result]:
        """Download what has come of the lines; nothing where it is kept no longer."""
        found = await self._get(id) or {}
        file = found.get("metadata", {}).get("output", {}).get("responsesFile")
        if file is None:
            return []
        try:
            content: bytes = await self._client.files.download(file=file, config=_config())
        except errors.ClientError as error:
            if error.code in _NOBODY_THERE:
                return []
            raise
        results = map(_result, filter(None, content.split(b"\n")))
        return [each for each in results if each is not None]

    async def cancel(self, id: str) -> None:
        """Ask for the batch to be cancelled; one that is over already stays as it is."""
        try:
            await self._client.batches.cancel(name=id, config=_config())
        except errors.ClientError:
            if not (await self.look(id)).is_over:
                raise

    async def close(self) -> None:
        """Close the client."""
        await self._model.aclose()

    async def _make(self, batch: Batch, file: types.File) -> str:
        config = _config(display_name=_name_of(batch))
        try:
            made: types.BatchJob = await self._client.batches.create(
                model=self._name, src=file.name, config=config
            )
        except errors.ClientError as error:
            if error.code == _TOO_MANY:  # its words for it are those for an account at its end
                raise NoRoom(error.message) from None
            raise
        return cast("str", made.name)

    async def _file_of(self, batch: Batch) -> types.File | None:
        try:
            file: types.File = await self._client.files.get(name=_name_of(batch), config=_config())
        except errors.ClientError as error:
            if error.code in _NOBODY_THERE:
                return None
            raise
        return None if file.state == types.FileState.FAILED else file

    async def _get(self, id: str) -> dict[str, Any] | None:
        """What Google says of a batch; None if it knows it no longer.

        The SDK's own `get` leaves out why a batch failed, and how many of its calls are answered.
        """
        options = types.HttpOptions(timeout=_TIMEOUT)
        try:
            answer = await self._client._api_client.async_request("get", id, {}, options)
        except errors.ClientError as error:
            if error.code == 404:
                return None
            raise
        return parsed(answer.body.encode())


def _config(**entries: Any) -> dict[str, Any]:
    return {"http_options": {"timeout": _TIMEOUT}, **entries}


def _json_line(line: BatchLine) -> bytes:
    return orjson.dumps({"key": line.name, "request": line.body})


def _name_of(batch: Batch) -> str:
    """What the batch is called, and its file."""
    return f"coevol-{batch.token}"


def _result(line: bytes) -> Result | None:
    """What one line of a file says; None if nobody worked on its call."""
    told: dict[str, Any] = parsed(line)
    name, error = str(told["key"]), cast("dict[str, Any] | None", told.get("error"))
    if error is None:
        return Result(name, completion_of(told["response"]))
    return None if status_of(error) == _CANCELLED else Result(name, error_of(error))
