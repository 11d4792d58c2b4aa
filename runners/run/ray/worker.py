"""The actor: a Ray process that evolves many samples at once while its run lasts.

Ray Data creates actors from the class `Evolver`, and calls each with one chunk of tasks at a time,
from several threads at once.
"""

import asyncio
import os
from concurrent.futures import Future
from contextvars import Context, copy_context
from threading import Thread
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from runners.run.event_loop import run_in_event_loop
from runners.run.ray.address import DriverAddress, joined_driver
from runners.run.ray.environment import take_over

if TYPE_CHECKING:
    from runners.run.ray.work import Work

RayBatch = dict[str, NDArray[np.object_]]
"""Ray Data's columns: `slot` and, pickled, `tasks` or `records`."""


LOST = 70
"""Exit code of an actor that lost its driver or hit a bug; Ray then starts another one."""


class Evolver:
    """Evolves chunks of tasks in its own event loop."""

    def __init__(self, driver: DriverAddress, job: bytes) -> None:
        """Connect to the driver; `job` is a pickled Job. Raises OSError if it can't be reached."""
        self._driver, self._job = driver, job
        self._ready: Future[tuple[asyncio.AbstractEventLoop, Context, Work]] = Future()
        Thread(target=self._work, name="coevol", daemon=True).start()
        self._loop, self._context, self._at_work = self._ready.result()

    def __call__(self, batch: RayBatch) -> RayBatch:
        """Evolve a chunk, and return the records of its rows in order.

        Rows that the end of the run interrupted have none.
        """
        slot = int(batch["slot"][0])
        evolved = self._context.copy().run(
            asyncio.run_coroutine_threadsafe,
            self._at_work.evolve(slot, batch["tasks"][0]),
            self._loop,
        )
        records = np.array([evolved.result()], dtype=object)
        return {"slot": batch["slot"], "records": records}

    def _work(self) -> None:
        try:
            run_in_event_loop(self._live())
        except BaseException as error:  # noqa: BLE001 - raised where the actor is made
            if self._ready.done():
                os._exit(LOST)
            self._ready.set_exception(error)

    async def _live(self) -> None:
        """Work for the driver until it is gone."""
        async with joined_driver(self._driver) as socket:
            try:
                take_over(await socket.receive_json())
                from runners.run.ray.work import work

                await work(socket, self._job, self._begin)
            except Exception as error:
                await socket.send_str(f"{type(error).__name__}: {error}")
                raise

    def _begin(self, at_work: "Work") -> None:
        self._ready.set_result((asyncio.get_running_loop(), copy_context(), at_work))
