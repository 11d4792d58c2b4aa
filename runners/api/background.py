"""A run in the background, in its own thread and event loop, for callers in Python.

So the caller's event loop, such as a notebook's, stays free while files are read and written,
signal handlers are not touched, and callbacks are called in the caller's thread.
"""

import asyncio
import warnings
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from contextvars import copy_context
from functools import partial
from threading import Thread
from typing import NamedTuple

from runners.api.stopping import Stopper, plain_error
from runners.calibration.known import known_judge
from runners.calls.observer import CallObservers
from runners.folder.ledger import Counts
from runners.folder.records import Record
from runners.run.execute import execute
from runners.run.plan import Plan
from runners.run.progress import every
from runners.run.view import RunView, Snapshot

_INTERVAL = 1.0
"""Seconds between two snapshots."""
_BACKLOG = 1000
"""Rows that a slow callback may be behind before the run waits for it."""

News = Callable[[], object] | None
"""A call of a callback, to be made in the caller's thread; None when the run has ended."""


class Callbacks(NamedTuple):
    """The caller's callbacks; None for those not wanted."""

    on_progress: Callable[[Snapshot], object] | None = None
    on_row: Callable[[Record], object] | None = None


class BackgroundRun(Stopper):
    """A run in the background, and its follower."""

    observers: CallObservers = ()
    """Empty: callers are told about rows, not about calls."""

    def __init__(self, plan: Plan, callbacks: Callbacks, post: Callable[[News], object]) -> None:
        """Start the run; `post` sends news from the run's thread to the caller."""
        super().__init__()
        self._plan, self._callbacks, self._post = plan, callbacks, post
        self._ended: Future[Counts] = Future()
        self._told = self._heard = 0
        """Numbers of rows posted (counted in the run's thread) and delivered (in the caller's)."""
        Thread(target=copy_context().run, args=[self._run], name="coevol run", daemon=True).start()

    @property
    def has_ended(self) -> bool:
        """Whether there is a result; None is posted once there is."""
        return self._ended.done()

    def result(self) -> Counts:
        """The final counts, or raises what ended the run."""
        return self._ended.result()

    def _run(self) -> None:
        try:
            with known_judge(self._plan, self.say):
                counts = execute(self._plan, self, self.interrupts)
            self._ended.set_result(counts)
        except BaseException as error:  # noqa: BLE001 - it is raised again where the caller is
            self._ended.set_exception(plain_error(error))
        self._post(None)

    def say(self, text: str) -> None:
        """Nothing: callers in Python get callbacks instead."""

    def warn(self, text: str) -> None:
        """Issue a warning in the caller's thread."""
        self._post(partial(warnings.warn, text, RuntimeWarning))

    @asynccontextmanager
    async def follow(self, view: RunView) -> AsyncGenerator[None]:
        """Send a snapshot each second, and at the end."""
        on_progress = self._callbacks.on_progress
        if on_progress is None:
            yield
            return

        def show() -> None:
            self._post(partial(on_progress, view.snapshot()))

        show()
        async with every(_INTERVAL, show):
            yield
        show()

    async def row(self, record: Record) -> None:
        """Send a finished row; wait while its callback is far behind."""
        if self._callbacks.on_row is None:
            return
        self._told += 1
        self._post(partial(self._deliver, self._callbacks.on_row, record))
        while self._is_behind:  # noqa: ASYNC110 - seldom, and the counter is the other thread's
            await asyncio.sleep(0.01)

    @property
    def _is_behind(self) -> bool:
        """Whether the run has to wait for the callback."""
        return self._told - self._heard >= _BACKLOG and not self.is_stopped

    def _deliver(self, on_row: Callable[[Record], object], record: Record) -> object:
        self._heard += 1
        return on_row(record)
