"""Algorithm 1 as a plain asyncio loop over the bare `openai` client: an hour's work.

    python -m bench.plain ROWS OUT URL --rounds 3 --client aiohttp

All rows are under way at once, a semaphore limits the calls, and the two calls of a stage are made
at the same time. It keeps nothing: no journal, no record of the debate, no budget, no resuming.
Clients: `default` is AsyncOpenAI as it comes, `aiohttp` the same over the SDK's aiohttp transport.
"""

import asyncio
from typing import Any

from openai import AsyncOpenAI, DefaultAioHttpClient

from bench.flow import (
    MAX_TOKENS,
    STAGES,
    TEMPERATURE,
    TOP_P,
    Message,
    Row,
    answer_of,
    evolved,
    is_improved,
    messages_of,
)
from bench.job import Job, read_job

_SAMPLE = ("instruction", "input", "output")


class Asker:
    """Asks a model, with a limit on calls at once."""

    def __init__(self, client: AsyncOpenAI, concurrency: int) -> None:
        self._create: Any = client.chat.completions.create
        self._slots = asyncio.Semaphore(concurrency)

    async def ask(self, messages: list[Message]) -> tuple[str, str]:
        """The answer and why it ended."""
        async with self._slots:
            completion = await self._create(
                model="test-model",
                messages=messages,
                temperature=TEMPERATURE,
                top_p=TOP_P,
                max_completion_tokens=MAX_TOKENS,
            )
        choice = completion.choices[0]
        return choice.message.content or "", choice.finish_reason


async def evolve(row: Row, asker: Asker, rounds: int) -> Row:
    """Evolve a row until an edit is no improvement, or for the most rounds."""
    for _ in range(rounds):
        played = await _play(row, asker)
        if played is None or not is_improved(played):
            return row
        row = evolved(played)
    return row


async def _play(row: Row, asker: Asker) -> Row | None:
    """The row with all answers of a round; None if its edit is empty or cut off."""
    row = {name: row[name] for name in _SAMPLE}
    for stage in STAGES:
        answers = await asyncio.gather(*(asker.ask(messages_of(node, row)) for node in stage))
        texts = {n: answer_of(n, text, row) for n, (text, _) in zip(stage, answers, strict=True)}
        if stage == ("editor",) and (not texts["editor"].strip() or answers[0][1] == "length"):
            return None
        row |= texts
    return row


async def _run(job: Job) -> None:
    http = DefaultAioHttpClient() if job.client == "aiohttp" else None
    async with AsyncOpenAI(base_url=job.base_url, api_key="-", http_client=http) as client:
        asker = Asker(client, job.concurrency)
        job.write(await asyncio.gather(*(evolve(row, asker, job.rounds) for row in job.rows())))


if __name__ == "__main__":
    asyncio.run(_run(read_job(__doc__)))
