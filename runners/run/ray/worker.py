"""The actor: one compiled graph and one client, evolving many samples at once.

Ray Data makes its actors of the class `Evolver`, and calls them with a chunk of tasks at a time,
from many threads at once.
"""

import asyncio
import os
from concurrent.futures import Future
from contextlib import suppress
from contextvars import Context, copy_context
from threading import Thread

import numpy as np
from numpy.typing import NDArray

from graph.ablations import build
from runners.errors import RunError
from runners.folder.records import Record
from runners.run.engine import Engine
from runners.run.event_loop import run_in_event_loop
from runners.run.ray.connection import Connection, DriverAddress, connected
from runners.run.ray.environment import take_over
from runners.run.ray.feed import Chunk
from runners.run.ray.job import Job
from runners.run.ray.pickled import pickled, unpickled
from runners.run.ray.remote_admission import RemoteAdmission
from runners.tracing.switch import traced

RayBatch = dict[str, NDArray[np.object_]]
"""Ray Data's columns: `slot` and, pickled, `tasks` or `records`."""


_LOST = 70
"""Exit code of an actor that has lost its driver, or its way: Ray starts another in its place."""


class Evolver:
    """Evolves chunks of tasks in an event loop of its own."""

    def __init__(self, driver: DriverAddress, job: bytes) -> None:
        """Come to the driver; `job` is a pickled Job. Raises OSError if it is not to be reached."""
        self._driver, self._job = driver, job
        self._ready: Future[tuple[asyncio.AbstractEventLoop, Context, Engine]] = Future()
        Thread(target=self._work, name="coevol", daemon=True).start()
        self._loop, self._context, self._engine = self._ready.result()

    def __call__(self, batch: RayBatch) -> RayBatch:
        """Evolve a chunk, and return the records of all its rows in their order.

        There is none for a row that the end of the run has cut off.
        """
        chunk: Chunk = unpickled(batch["tasks"][0])
        evolved = self._context.copy().run(
            asyncio.run_coroutine_threadsafe, self._evolve(chunk), self._loop
        )
        packed = pickled(evolved.result())
        return {"slot": batch["slot"], "records": np.array([packed], dtype=object)}

    async def _evolve(self, chunk: Chunk) -> list[Record]:
        records: dict[str, Record] = {}

        async def finish(record: Record) -> None:
            records[record.id] = record

        for id_, position in chunk.positions.items():
            self._engine.place(id_, position)
        with suppress(RunError):  # the driver knows it, and tells it
            await self._engine.run(chunk.tasks, finish)
        return [records[task.id] for task in chunk.tasks if task.id in records]

    def _work(self) -> None:
        try:
            run_in_event_loop(self._live())
        except BaseException as error:  # noqa: BLE001 - raised where the actor is made
            if self._ready.done():
                os._exit(_LOST)
            self._ready.set_exception(error)

    async def _live(self) -> None:
        """Be at the driver's service until it is gone."""
        job: Job = unpickled(self._job)
        async with connected(self._driver) as socket:
            take_over(await socket.receive_json())
            connection = Connection(socket)
            admission = RemoteAdmission(connection, job.options.concurrency[1])
            listening = asyncio.create_task(self._listen(connection))
            said: list[str] = []
            with traced(job.traces, said.append) as tracing:
                graph = build(job.framework, judges_in_turn=job.context.economy)
                engine = Engine(job.context, job.options, admission, graph, tracing, job.earlier)
                self._ready.set_result((asyncio.get_running_loop(), copy_context(), engine))
                while await connection.news.get() == "abandon":
                    engine.abandon()
                await engine.close()
            connection.tell(0, "farewell", said[0] if said else None)
            await listening

    async def _listen(self, connection: Connection) -> None:
        """Listen until the driver is gone: without it nobody knows what may be sent."""
        try:
            await connection.listen()
        finally:
            os._exit(_LOST)
