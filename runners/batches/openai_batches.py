"""OpenAI's files and batches, so also Azure's, Groq's, and those of gateways that speak the same.

https://platform.openai.com/docs/guides/batch: a file of JSON lines is uploaded, a batch is made of
it, and what came of its lines is in two files, one of answers and one of errors.
"""

from collections.abc import AsyncIterable, AsyncIterator, Collection, Sequence
from contextlib import suppress
from typing import Any

import openai
import orjson

from nodes.models.names import Endpoint
from runners.batches.openai_files import CALLS, CLOCKS, OVER, client_of, file_name, results_in
from runners.batches.protocol import BatchLine, BatchState, Result
from runners.storage.batch_table import Batch

_TOO_MUCH = "token_limit_exceeded"
_METADATA = "coevol"
"""Under which name a batch's metadata has its token."""
_UNLISTED = (404, 405)
"""Statuses of gateways that take files and list none."""


class OpenAIBatches:
    """The batches of one endpoint. Tries nothing twice."""

    most_lines = 50_000
    most_bytes = 200_000_000

    def __init__(self, endpoint: Endpoint) -> None:
        self._url = f"{endpoint.base_url}/chat/completions"
        self._client = client_of(endpoint)

    async def check(self) -> None:
        """List a batch."""
        await self._client.batches.list(limit=1)

    async def send(self, batch: Batch, lines: Sequence[BatchLine]) -> str:
        """Upload the lines in a file named after the token, and make a batch of it."""
        content = b"\n".join(map(_json_line, lines))
        file = await self._client.files.create(file=(file_name(batch), content), purpose="batch")
        return await self._make(batch, file.id)

    async def find(
        self, batch: Batch, lines: Collection[str], others: Collection[str], *, makes: bool
    ) -> str | None:
        """Find the batch by its metadata or its file; make it of the file if there is no more."""
        file = await self._file_of(batch)
        since = batch.made - CLOCKS
        async for each in _newer(self._client.batches.list(limit=100), since):
            if (each.metadata or {}).get(_METADATA) == batch.token:
                return each.id
            if file is not None and each.input_file_id == file:
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
            found.status in OVER,
            found.request_counts.completed if found.request_counts else 0,
            was_cancelled=found.status == "cancelled",
            problem=next((each.message for each in errors if each.message), None),
            codes=codes,
            is_too_much=found.status == "failed" and _TOO_MUCH in codes,
        )

    async def results(self, id: str) -> list[Result]:
        """Download what has come of the lines; nothing where it is kept no longer."""
        with suppress(openai.NotFoundError):
            found = await self._client.batches.retrieve(id)
            files = (found.output_file_id, found.error_file_id)
            return await results_in(self._client, self._url, files)
        return []

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
            endpoint=CALLS,
            completion_window="24h",
            metadata={_METADATA: batch.token},
        )
        return made.id

    async def _file_of(self, batch: Batch) -> str | None:
        """The file of a batch, where files are listed: one that nothing was made of is not paid."""
        name, since = file_name(batch), batch.made - CLOCKS
        try:
            async for file in _newer(self._client.files.list(purpose="batch"), since):
                if file.filename == name and file.status != "error":
                    return file.id
        except openai.APIStatusError as error:
            if error.status_code not in _UNLISTED:
                raise
        return None


def _json_line(line: BatchLine) -> bytes:
    told = {"custom_id": line.name, "method": "POST", "url": CALLS, "body": line.body}
    return orjson.dumps(told)


async def _newer(pages: AsyncIterable[Any], since: float) -> AsyncIterator[Any]:
    """Yield what is listed and no older than a moment; not everybody lists the newest first."""
    async for each in pages:
        if each.created_at >= since:
            yield each
