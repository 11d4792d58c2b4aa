"""Work on batches: their calls go through the loopback model, a while after they came."""

import asyncio
from itertools import count
from time import time

import orjson
from aiohttp import web

from tests.support.chat import Chat
from tests.support.options import Fate
from tests.support.recording import BatchRecord, FileRecord


class BatchWork:
    """Works on batches as the model's options say, in tasks of their own."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self._tasks: set[asyncio.Task[None]] = set()
        self._numbers = count(len(chat.ledger.files) + 1)

    def keep(self, name: str, purpose: str, content: bytes) -> FileRecord:
        """Keep a file."""
        file = FileRecord(f"file-{next(self._numbers)}", name, purpose, content, int(time()))
        self.chat.ledger.files[file.id] = file
        return file

    def begin(
        self,
        http: web.BaseRequest,
        lines: list[tuple[str, bytes]],
        input_file: str = "",
        metadata: dict[str, str] | None = None,
    ) -> BatchRecord:
        """Take in a batch, and begin to work on it."""
        batches = self.chat.ledger.batches
        id_, words = f"batch_{len(batches) + 1}", _words(lines)
        batch = BatchRecord(id_, input_file, lines, metadata or {}, int(time()), words)
        has_room = self.has_room(lines)
        batches.append(batch)
        if not has_room:
            batch.status, batch.error = "failed", "token_limit_exceeded"
            return batch
        task = asyncio.create_task(self._work(http, batch, self._fate(len(batches) - 1)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return batch

    def has_room(self, lines: list[tuple[str, bytes]]) -> bool:
        """Whether the words that wait leave room for these calls."""
        quota, batches = self.chat.options.batch_words, self.chat.ledger.batches
        waiting = sum(each.words for each in batches if not each.is_over)
        return quota is None or waiting + _words(lines) <= quota

    def cancel(self, batch: BatchRecord) -> None:
        """Give a batch up, if it is not over."""
        if not batch.is_over:
            batch.status = "cancelled"

    def find(self, id_: str) -> BatchRecord | None:
        """A batch by its id."""
        return next((each for each in self.chat.ledger.batches if each.id == id_), None)

    def loses(self) -> bool:
        """Whether nobody is to hear that what has come has arrived."""
        losses = self.chat.options.batch_losses
        self.chat.options = self.chat.options.changed(batch_losses=max(0, losses - 1))
        return losses > 0

    def stop(self) -> None:
        """Work on nothing any more."""
        for task in self._tasks:
            task.cancel()

    def _fate(self, number: int) -> Fate | None:
        fates = self.chat.options.batch_fates
        return next((each for each in fates if each.since <= number < each.until), None)

    async def _work(self, http: web.BaseRequest, batch: BatchRecord, fate: Fate | None) -> None:
        batch.status = "in_progress"
        await asyncio.sleep(self.chat.options.batch_seconds)
        share = 1.0 if fate is None else fate.share
        for name, raw in batch.lines[: round(share * len(batch.lines))]:
            if batch.is_over:
                return
            response = await self.chat(http, raw)
            body = response.body if isinstance(response, web.Response) else None
            is_json = response.content_type == "application/json"
            told = orjson.loads(bytes(body)) if is_json and isinstance(body, bytes) else "<html>"  # pyright: ignore[reportUnknownArgumentType]
            batch.results.append((name, response.status, told))
        if not batch.is_over:
            batch.status = "completed" if fate is None else fate.status
            batch.error = fate.code if fate is not None and fate.status == "failed" else None


def _words(lines: list[tuple[str, bytes]]) -> int:
    return sum(len(raw.split()) for _, raw in lines)
