"""Anthropic's message batches, through the SDK and LangChain's own chat model for them.

https://docs.anthropic.com/en/api/creating-message-batches. They have no names: one whose id nobody
heard is among those of its time with as many calls, and is known by these calls once it is over.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import suppress
from typing import Any, cast

import anthropic
import orjson
from anthropic.types import Message
from anthropic.types.messages import MessageBatch, MessageBatchIndividualResponse
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult

from nodes.models.chat_anthropic import EndpointChatAnthropic
from nodes.models.integrations import ONCE, make_integration
from nodes.models.settings import ModelSettings
from runners.batches.protocol import BatchLine, BatchState, Body, Result, Undecided
from runners.calls.http_errors import status_error
from runners.calls.kinds import status_among
from runners.storage.batch_table import Batch

_CLOCKS = 60.0
"""Seconds by which Anthropic's clock may be behind ours."""
_LATEST = 900.0
"""Seconds in which a batch arrives that was sent, or never does."""
_TIMEOUT = 600.0
"""Seconds for one request: batches are large."""


def _model(settings: ModelSettings) -> EndpointChatAnthropic:
    return cast(
        "EndpointChatAnthropic", make_integration(settings, ONCE._replace(timeout=_TIMEOUT))
    )


class AnthropicBodies:
    """Makes the bodies of calls with one group of settings, as LangChain does."""

    def __init__(self, settings: ModelSettings) -> None:
        self._model = _model(settings)

    def __call__(self, messages: list[BaseMessage], stop: list[str] | None) -> Body:
        """What a call sends."""
        payload = self._model._get_request_payload(messages, stop=stop)  # pyright: ignore[reportPrivateUsage, reportUnknownVariableType, reportUnknownMemberType]
        entries: dict[str, Any] = {**payload}
        more: dict[str, Any] = entries.pop("extra_body", None) or {}
        return {name: value for name, value in {**entries, **more}.items() if value is not None}


class AnthropicBatches:
    """The batches of one model. Tries nothing twice."""

    most_lines = 100_000
    most_bytes = 256_000_000

    def __init__(self, settings: ModelSettings, url: str) -> None:
        self._model, self._url = _model(settings), f"{url}/v1/messages"

    @property
    def _batches(self) -> Any:
        client: anthropic.AsyncClient = self._model._async_client  # pyright: ignore[reportPrivateUsage]
        return client.messages.batches

    async def check(self) -> None:
        """List a batch."""
        await self._batches.list(limit=1)

    async def send(self, batch: Batch, lines: Sequence[BatchLine]) -> str:
        """Send the lines."""
        requests = [{"custom_id": each.name, "params": each.body} for each in lines]
        made: MessageBatch = await self._batches.create(requests=requests)
        return made.id

    async def find(
        self, batch: Batch, lines: Collection[str], others: Collection[str], *, makes: bool
    ) -> str | None:
        """Find the batch among those of its time and size, by the calls of those that are over."""
        found = [each for each in await self._alike(batch) if each.id not in others]
        over = [each.id for each in found if each.processing_status == "ended"]
        for id in over:
            if await self._has(id, lines):
                return id
        if len(over) < len(found):
            raise Undecided
        return None

    async def look(self, id: str) -> BatchState:
        """Look how the batch is."""
        try:
            found: MessageBatch = await self._batches.retrieve(id)
        except anthropic.NotFoundError:
            return BatchState("gone", is_over=True)
        answered, was_cancelled = found.request_counts.succeeded, bool(found.cancel_initiated_at)
        if found.processing_status != "ended":
            return BatchState(found.processing_status, is_over=False, answered=answered)
        status = "expired" if found.request_counts.expired else "completed"
        status = "cancelled" if was_cancelled else status
        return BatchState(status, is_over=True, answered=answered, was_cancelled=was_cancelled)

    async def results(self, id: str) -> list[Result]:
        """Download what has come of the lines; nothing where it is kept no longer."""
        results = [self._result(each) async for each in self._lines(id)]
        return [each for each in results if each is not None]

    async def cancel(self, id: str) -> None:
        """Ask for the batch to be cancelled; one that is over already stays as it is."""
        try:
            await self._batches.cancel(id)
        except (anthropic.BadRequestError, anthropic.ConflictError):
            if not (await self.look(id)).is_over:
                raise

    async def close(self) -> None:
        """Close the client."""
        await self._model.aclose()

    async def _alike(self, batch: Batch) -> list[MessageBatch]:
        """The account's batches of about the time and just the size of one."""
        return [
            each
            async for each in self._batches.list(limit=100)
            if -_CLOCKS <= each.created_at.timestamp() - batch.made <= _LATEST
            and _size(each) == batch.lines
        ]

    async def _has(self, id: str, names: Collection[str]) -> bool:
        """Whether a batch that is over is the one with these lines: all of its own are told."""
        async for each in self._lines(id):
            return each.custom_id in names
        return False

    async def _lines(self, id: str) -> AsyncIterator[MessageBatchIndividualResponse]:
        """Yield what is told of each line; nothing where it is kept no longer."""
        with suppress(anthropic.NotFoundError):
            async for each in await self._batches.results(id):
                yield each

    def _result(self, told: MessageBatchIndividualResponse) -> Result | None:
        """What one line says; None if nobody worked on its call."""
        if told.result.type == "succeeded":
            return Result(told.custom_id, self._read(told.result.message))
        if told.result.type != "errored":
            return None
        error = told.result.error.error
        answer = orjson.dumps({"error": {"type": error.type, "message": error.message}})
        status = status_among([error.type])
        return Result(told.custom_id, status_error(self._url, status, {}, answer))

    def _read(self, message: Message) -> ChatResult | Exception:
        try:
            return self._model._format_output(message)  # pyright: ignore[reportPrivateUsage]
        except (ValueError, LookupError) as error:
            return error


def _size(batch: MessageBatch) -> int:
    counts = batch.request_counts
    worked_on = counts.succeeded + counts.errored
    return worked_on + counts.processing + counts.canceled + counts.expired
