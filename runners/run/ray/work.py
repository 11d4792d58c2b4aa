"""An actor's work: a compiled graph and a client; each call is admitted by the driver."""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress

import aiohttp

from graph.ablations import build
from runners.errors import RunError
from runners.folder.records import Record
from runners.run.engine import Engine
from runners.run.ray.address import READY
from runners.run.ray.connection import Connection
from runners.run.ray.feed import Chunk
from runners.run.ray.job import Job
from runners.run.ray.pickled import pickled, unpickled
from runners.run.ray.remote_admission import RemoteAdmission
from runners.run.ray.worker import LOST
from runners.tracing.switch import traced


class Work:
    """Evolves chunks in the event loop of the actor's connection."""

    def __init__(self, engine: Engine, connection: Connection) -> None:
        self._engine, self._connection = engine, connection

    async def evolve(self, slot: int, packed: bytes) -> bytes:
        """Evolve a pickled Chunk; return the records of its tasks in order, pickled.

        Rows that the end of the run interrupted have no record. The bytes are empty if the slot now
        belongs to another actor.
        """
        chunk: Chunk = unpickled(packed)
        (is_ours,) = await self._connection.ask("take", slot)
        if not is_ours:
            return b""
        records: dict[str, Record] = {}

        async def finish(record: Record) -> None:
            records[record.id] = record

        for id_, position in chunk.positions.items():
            self._engine.place(id_, position)
        with suppress(RunError):  # the driver knows the error and reports it
            await self._engine.run(chunk.tasks, finish)
        return pickled([records[task.id] for task in chunk.tasks if task.id in records])


async def work(
    socket: aiohttp.ClientWebSocketResponse, packed: bytes, begin: Callable[[Work], None]
) -> None:
    """Do a pickled Job until the driver is gone; `begin` is given the Work that takes chunks."""
    job: Job = unpickled(packed)
    connection = Connection(socket)
    admission = RemoteAdmission(connection, job.options.concurrency[1])
    said: list[str] = []
    with traced(job.traces, said.append) as tracing:
        graph = build(job.framework, judges_in_turn=job.context.economy)
        engine = Engine(job.context, job.options, admission, graph, tracing, job.earlier)
        await socket.send_str(READY)
        listening = asyncio.create_task(_listen(connection))
        begin(Work(engine, connection))
        while await connection.news.get() == "abandon":
            engine.abandon()
        await engine.close()
    connection.tell(0, "farewell", said[0] if said else None)
    await listening


async def _listen(connection: Connection) -> None:
    """Listen until the driver is gone: without it, nothing may be sent."""
    try:
        await connection.listen()
    finally:
        os._exit(LOST)
