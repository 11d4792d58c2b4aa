"""Together's files and batches, which are near OpenAI's and yet none of their requests.

https://docs.together.ai/reference/batch-create: an upload has a path of its own, lines have no path
of theirs, batches have no metadata, all of them are listed at once, and of one that is at work its
progress is told and no number of answers.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Any

import openai
import orjson

from nodes.models.names import Endpoint
from runners.batches.openai_files import CALLS, OVER, client_of, file_name, results_in
from runners.batches.protocol import BatchLine, BatchState, Result
from runners.storage.batch_table import Batch

_HEADERS = {"Content-Type": "multipart/form-data"}


class _File(openai.BaseModel):
    id: str
    filename: str


class _Files(openai.BaseModel):
    data: list[_File]


class _Job(openai.BaseModel):
    """A batch."""

    id: str
    status: str
    input_file_id: str | None = None
    output_file_id: str | None = None
    error_file_id: str | None = None
    progress: float | None = None
    """Per cent of its calls that are done."""
    error: str | None = None


class _Made(openai.BaseModel):
    job: _Job


class TogetherBatches:
    """The batches of one account. Tries nothing twice."""

    most_lines = 50_000
    most_bytes = 100_000_000

    def __init__(self, endpoint: Endpoint) -> None:
        self._url = f"{endpoint.base_url}/chat/completions"
        self._client = client_of(endpoint)

    async def check(self) -> None:
        """List the batches."""
        await self._jobs()

    async def send(self, batch: Batch, lines: Sequence[BatchLine]) -> str:
        """Upload the lines in a file named after the token, and make a batch of it."""
        name, content = file_name(batch), b"\n".join(_json_line(batch, each) for each in lines)
        file = await self._client.post(
            "/files/upload",
            cast_to=_File,
            body={"purpose": "batch-api", "file_name": name, "file_type": "jsonl"},
            files=[("file", (name, content))],
            options={"headers": _HEADERS},
        )
        return await self._make(file.id)

    async def find(
        self, batch: Batch, lines: Collection[str], others: Collection[str], *, makes: bool
    ) -> str | None:
        """Find the batch by its file; make it of the file if there is no more."""
        listed = (await self._client.get("/files", cast_to=_Files)).data
        name = file_name(batch)
        file = next((each.id for each in listed if each.filename == name), None)
        if file is None:
            return None
        for each in await self._jobs():
            if each.input_file_id == file:
                return each.id
        return await self._make(file) if makes else None

    async def look(self, id: str) -> BatchState:
        """Look how the batch is."""
        try:
            found = await self._job(id)
        except openai.NotFoundError:
            return BatchState("gone", is_over=True)
        status = found.status.lower()
        return BatchState(
            status,
            status in OVER,
            share=(found.progress or 0.0) / 100,
            was_cancelled=status == "cancelled",
            problem=found.error or None,
        )

    async def results(self, id: str) -> list[Result]:
        """Download what has come of the lines; nothing where it is kept no longer."""
        with suppress(openai.NotFoundError):
            found = await self._job(id)
            files = (found.output_file_id, found.error_file_id)
            results = await results_in(self._client, self._url, files)
            return [each._replace(name=each.name.rpartition("-")[2]) for each in results]
        return []

    async def cancel(self, id: str) -> None:
        """Ask for the batch to be cancelled; one that is over already stays as it is."""
        try:
            await self._client.post(f"/batches/{id}/cancel", cast_to=_Job)
        except (openai.BadRequestError, openai.ConflictError):
            if not (await self.look(id)).is_over:
                raise

    async def close(self) -> None:
        """Close the client."""
        await self._client.close()

    async def _jobs(self) -> list[_Job]:
        return await self._client.get("/batches", cast_to=list[_Job])

    async def _job(self, id: str) -> _Job:
        return await self._client.get(f"/batches/{id}", cast_to=_Job)

    async def _make(self, file: str) -> str:
        body = {"input_file_id": file, "endpoint": CALLS}
        return (await self._client.post("/batches", cast_to=_Made, body=body)).job.id


def _json_line(batch: Batch, line: BatchLine) -> bytes:
    """A call as it stands in the file.

    Its name begins with the token, as a file whose content is there already may be taken for that
    one, under its name: so no two batches have the same content.
    """
    told: dict[str, Any] = {"custom_id": f"{batch.token}-{line.name}", "body": line.body}
    return orjson.dumps(told)
