"""The engine of a run on a Ray cluster: the counterpart of `runners.run.engine`."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from nodes.models.errors import plain_line
from nodes.models.names import endpoint_names
from runners.calls.run_admission import RunAdmission
from runners.data.formats import Task
from runners.errors import RunError, Stopped
from runners.folder.records import Record
from runners.run.ray.background import gone_through
from runners.run.ray.driver_server import DriverServer
from runners.run.ray.feed import Feed
from runners.run.ray.job import Job
from runners.run.ray.pickled import pickled_whole
from runners.run.ray.scale import Scale
from runners.run.ray.session import ray_session
from runners.run.window import open_rows
from runners.storage.journal import Journal

if TYPE_CHECKING:
    from runners.run.ray.pipeline import Results

_CHUNK = 16
"""Tasks sent to an actor together."""
_DEATHS = 3
"""Deaths per actor, with no answer kept in between, after which the run stops."""
_PATIENCE = 5
"""Seconds to wait for a pipeline in which no actor works any more, or none can start."""
_log = logging.getLogger("coevol")


class ClusterEngine:
    """Evolves samples in actors. This process only grants their requests, and computes nothing."""

    def __init__(
        self,
        job: Job,
        scale: Scale,
        admission: RunAdmission,
        journal: Journal,
        warn: Callable[[str], object],
    ) -> None:
        """Open admission for all endpoints. Raises ModelError.

        `warn` is given the actors' messages about lost traces.
        """
        self._scale, self._admission, self._journal, self._warn = scale, admission, journal, warn
        highest = job.options.concurrency[1]
        most = scale.concurrency_per_actor or -(-highest // scale.actors)
        self._chunks_per_actor = -(-open_rows(job.context, most) // _CHUNK)
        self._is_traced = job.traces is not None
        self._positions: dict[str, int] = {}
        for settings in set(job.context.settings.values()):
            admission.open(*endpoint_names(settings))
        _ = job.context.pack  # loads the pack, which is then sent along
        self._job = pickled_whole(job._replace(options=job.options._replace(concurrency=(1, most))))
        self._server: DriverServer | None = None
        self._deaths = self._kept = 0
        self._is_passing = self._is_abandoned = False

    def place(self, id: str, position: int) -> None:
        """Note the position in the dataset of a row that comes next."""
        if self._is_traced:
            self._positions[id] = position

    async def run(self, tasks: Iterable[Task], finish: Callable[[Record], Any]) -> None:
        """Evolve all tasks, a bounded number at once, and await `finish` for each record.

        Raises the RunError that stopped the run, after the calls in flight are answered and kept.
        """
        most = self._scale.actors * (self._chunks_per_actor + 1)
        feed = Feed(tasks, self._positions, _CHUNK, most, self._admission)
        server = self._server = DriverServer(self._admission, self._journal, feed, self._lost)
        with ExitStack() as session:
            there = await asyncio.to_thread(session.enter_context, ray_session(self._scale))
            async with server.open(there.host) as driver:
                from runners.run.ray.pipeline import Pool, results

                pool = Pool(self._scale.actors, self._chunks_per_actor, there.cpus_per_actor)
                chunks = partial(results, driver, self._job, pool)
                while self._admission.stopped is None and not feed.is_done:
                    server.holders.begin()
                    await self._pass(chunks, server, finish)
            await asyncio.to_thread(session.close)
        for line in dict.fromkeys(server.said):
            self._warn(line)
        if self._admission.stopped is not None:
            raise self._admission.stopped

    async def _pass(
        self,
        chunks: "Callable[[], Iterable[Results]]",
        server: DriverServer,
        finish: Callable[[Record], Any],
    ) -> None:
        """Send the remaining chunks through the pipeline once.

        If Ray aborts a pass that has finished anything, another one follows.
        """
        from ray.exceptions import RayError, RayTaskError

        finished = 0

        async def take_in(result: "Results") -> None:
            nonlocal finished
            if not server.holders.give_back(result.slot):
                return  # it was handed out again
            outcomes = await asyncio.gather(*map(finish, result.records), return_exceptions=True)
            for error in filter(None, outcomes):
                if not isinstance(error, RunError):
                    raise error
                self.stop(error)
            await server.holders.done(result.slot)
            finished, self._deaths = finished + 1, 0

        self._is_passing = True
        try:
            await self._until_over(gone_through(chunks, take_in), server)
        except RayTaskError:  # a bug in the actors' code, not a fault of the cluster
            raise
        except RayError as error:
            reason = str(error).strip()
            _log.warning("Ray gave up: %s", reason)
            if not finished:
                last = plain_line(reason.splitlines()[-1])
                self.stop(Stopped(f"Ray: {last}; the same command goes on"))
        finally:
            self._is_passing = False

    async def _until_over(self, over: "asyncio.Future[None]", server: DriverServer) -> None:
        """Wait for the end of a pass, or until nobody works on it any more.

        Raises the error that ended it.
        """
        idle = stuck = 0
        patience = _PATIENCE
        while not over.done() and idle < _PATIENCE:
            await asyncio.wait([over], timeout=1)
            is_stopped = self._admission.stopped is not None
            is_left = is_stopped and (self._is_abandoned or not server.has_actors)
            idle = idle + 1 if is_left or server.has_dismissed else 0
            is_stuck = server.has_actors and server.holders.are_missing
            stuck = stuck + 1 if is_stuck and not is_stopped else 0
            if stuck == patience:
                await server.holders.hand_out_unclaimed()
                stuck, patience = 0, 2 * patience
        if server.error is not None:
            raise server.error
        if over.done():
            over.result()
        over.cancel()  # its thread's errors, once the session is closed, don't matter

    def _lost(self, how: str) -> None:
        """Count a dead actor; Ray would replace it endlessly."""
        if not self._is_passing or self._admission.stopped is not None:
            return
        if self._kept != self._journal.kept:
            self._kept, self._deaths = self._journal.kept, 0
        self._deaths += 1
        _log.warning("an actor %s; what it had in flight is evolved again", how)
        if self._deaths >= _DEATHS * self._scale.actors:
            died = f"{self._deaths} actors died, and no answer came in between; the last one {how}"
            self.stop(Stopped(f"{died}; Ray's logs may say more; the same command goes on"))

    def stop(self, reason: RunError) -> None:
        """Start no more calls; calls in flight continue, and their answers are kept."""
        self._admission.close(reason)

    def abandon(self) -> None:
        """Cancel the calls in flight of a stopped run: their answers are lost."""
        self._is_abandoned = True
        if self._server is not None:
            self._server.abandon()

    async def close(self) -> None:
        """Nothing to do: `run` leaves nothing open."""
