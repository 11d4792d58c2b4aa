"""A run in the background: in a thread and an event loop of its own, for callers in Python.

So the caller's event loop, a notebook's for instance, stays free while files are read and written,
signals stay with whoever has them, and callbacks are called where the caller is.
"""

import asyncio
import warnings
from collections.abc import AsyncGenerator, Callable, Generator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import copy_context
from functools import partial
from threading import Thread
from typing import NamedTuple, cast

from runners.calibration.known import known_judge
from runners.calls.observer import CallObservers
from runners.errors import Interrupted, RunError
from runners.folder.ledger import Counts
from runners.folder.records import Record
from runners.options.declared import in_keywords
from runners.run.event_loop import AtWork
from runners.run.execute import execute
from runners.run.plan import Plan
from runners.run.progress import every
from runners.run.view import RunView, Snapshot

_INTERVAL = 1.0
"""Seconds between two snapshots."""
_BACKLOG = 1000
"""Rows that a slow callback may be behind before the run waits for it."""

News = Callable[[], object] | None
"""A call of a callback, to be made where the caller is; None when the run has ended."""


class Callbacks(NamedTuple):
    """What the caller wants to hear; None for nothing."""

    on_progress: Callable[[Snapshot], object] | None = None
    on_row: Callable[[Record], object] | None = None


class BackgroundRun:
    """A run at work in the background, and its follower."""

    observers: CallObservers = ()
    """A caller hears of rows, not of calls."""

    def __init__(self, plan: Plan, callbacks: Callbacks, post: Callable[[News], object]) -> None:
        """Start the run; `post` brings news to the caller from the run's thread."""
        self._plan, self._callbacks, self._post = plan, callbacks, post
        self._ended: Future[Counts] = Future()
        self._stopped: Interrupted | None = None
        self._told = self._heard = 0
        """Rows that were posted, counted in the run's thread, and delivered, in the caller's."""
        self._at_work: tuple[asyncio.AbstractEventLoop, AtWork] | None = None
        Thread(target=copy_context().run, args=[self._run], name="coevol run", daemon=True).start()

    @property
    def has_ended(self) -> bool:
        """Whether there is a result; None is posted once there is."""
        return self._ended.done()

    def result(self) -> Counts:
        """Return where the run stands in the end, or raise what ended it."""
        return self._ended.result()

    def stop(self) -> None:
        """Let no further call start and no callback be called; calls in flight are kept."""
        self._stopped = Interrupted("stopped; the same call goes on where it stopped")
        self._in_its_loop(lambda engine, reason=self._stopped: engine.stop(reason))

    def abandon(self) -> None:
        """Give up the calls in flight of a run that was stopped."""
        self._in_its_loop(lambda engine: engine.abandon())

    def _in_its_loop(self, act: Callable[[AtWork], object]) -> None:
        if self._at_work is not None:
            loop, engine = self._at_work
            with suppress(RuntimeError):  # the loop has just ended, and the run with it
                loop.call_soon_threadsafe(act, engine)

    def _run(self) -> None:
        try:
            with known_judge(self._plan, self.say):
                counts = execute(self._plan, self, self._interrupts)
            self._ended.set_result(counts)
        except BaseException as error:  # noqa: BLE001 - it is raised again where the caller is
            self._ended.set_exception(_plain(error))
        self._post(None)

    @contextmanager
    def _interrupts(self, engine: AtWork, say: Callable[[str], None]) -> Generator[None]:
        self._at_work = asyncio.get_running_loop(), engine
        if self._stopped is not None:  # before the engine was there
            engine.stop(self._stopped)
        try:
            yield
        finally:
            self._at_work = None

    def say(self, text: str) -> None:
        """Say nothing: a caller in Python hears by callbacks."""

    def warn(self, text: str) -> None:
        """Warn the caller, where the caller is."""
        self._post(partial(warnings.warn, text, RuntimeWarning))

    @asynccontextmanager
    async def follow(self, view: RunView) -> AsyncGenerator[None]:
        """Tell the caller each second, and in the end, where the run stands."""
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
        """Tell the caller of a row; wait while its callback is far behind."""
        if self._callbacks.on_row is None:
            return
        self._told += 1
        self._post(partial(self._deliver, self._callbacks.on_row, record))
        while self._is_behind:  # noqa: ASYNC110 - seldom, and the counter is the other thread's
            await asyncio.sleep(0.01)

    @property
    def _is_behind(self) -> bool:
        """Whether the run has to wait for the callback."""
        return self._told - self._heard >= _BACKLOG and self._stopped is None

    def _deliver(self, on_row: Callable[[Record], object], record: Record) -> object:
        self._heard += 1
        return on_row(record)


def _plain(error: BaseException) -> BaseException:
    """What a caller can use: a RunError without the way it came, another without its group.

    A RunError has a note for each sample that it stopped; another may be a mistake in a node of the
    caller's own.
    """
    if isinstance(error, RunError):
        return type(error)(in_keywords(str(error)))
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        return _plain(group.exceptions[0]) if len(group.exceptions) == 1 else group
    return error
