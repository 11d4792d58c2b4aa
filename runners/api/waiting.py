"""How a caller in Python waits for a run: blocking, or in the caller's event loop.

Either way, callbacks are called in the caller's thread. Ctrl+C, a cancelled task, or an error in a
callback stops the run once the calls in flight are kept; they are cancelled by a second one, or for
a cancelled task after some time.
"""

import asyncio
import inspect
import shutil
import weakref
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager, suppress
from functools import wraps
from queue import SimpleQueue
from typing import Any, NamedTuple, ParamSpec

from runners.api.arguments import with_options
from runners.api.background import BackgroundRun, Callbacks, News
from runners.errors import UsageError
from runners.folder.evolved_dataset import EvolvedDataset
from runners.run.plan import Plan
from runners.run.progress import every

_WAKE_UP = 0.3
"""Seconds after which the caller's event loop notices an interrupt."""
_GRACE = 30.0
"""Seconds for the calls in flight when a task is cancelled: a notebook can cancel only once."""

P = ParamSpec("P")


class EvolveRequest(NamedTuple):
    """A requested run."""

    plan: Plan
    callbacks: Callbacks
    is_temporary: bool
    """Whether its folder is temporary, and deleted with the result."""


def blocking(request_of: Callable[P, EvolveRequest]) -> Callable[P, EvolvedDataset]:
    """Make the function that takes a request's arguments and returns when its run has ended."""

    @_looks_like(request_of)
    def evolve(*args: P.args, **kwargs: P.kwargs) -> EvolvedDataset:
        _refuse_running_loop()
        request, news = request_of(*args, **kwargs), SimpleQueue[News]()
        with _folder_of(request):
            _wait(BackgroundRun(request.plan, request.callbacks, news.put), news)
        return _result(request)

    return evolve


def _wait(run: BackgroundRun, news: SimpleQueue[News]) -> None:
    def hear_the_end() -> None:
        while not run.has_ended:
            news.get()

    try:
        while (call := news.get()) is not None:
            call()
    except BaseException:  # whatever ends the waiting ends the run, and is raised again below
        run.stop()
        try:
            hear_the_end()
        except KeyboardInterrupt:
            run.abandon()
            hear_the_end()
        raise
    run.result()


def awaiting(
    request_of: Callable[P, EvolveRequest],
) -> Callable[P, Coroutine[Any, Any, EvolvedDataset]]:
    """Make the coroutine function that does the same; its callbacks may be coroutine functions."""

    @_looks_like(request_of)
    async def aevolve(*args: P.args, **kwargs: P.kwargs) -> EvolvedDataset:
        request = request_of(*args, **kwargs)
        loop, news = asyncio.get_running_loop(), asyncio.Queue[News]()

        def post(call: News) -> None:
            with suppress(RuntimeError):  # the caller has closed its loop: nobody waits any more
                loop.call_soon_threadsafe(news.put_nowait, call)

        # A notebook's interrupt cancels this task, but does not wake its loop: something else must.
        with _folder_of(request):
            async with every(_WAKE_UP, lambda: None):
                await _await(BackgroundRun(request.plan, request.callbacks, post), news)
        return _result(request)

    return aevolve


async def _await(run: BackgroundRun, news: asyncio.Queue[News]) -> None:
    async def hear_the_end() -> None:
        while not run.has_ended:
            await news.get()

    try:
        while (call := await news.get()) is not None:
            called = call()
            if inspect.isawaitable(called):
                await called
    except BaseException:  # whatever ends the waiting ends the run, and is raised again below
        run.stop()
        try:
            async with asyncio.timeout(_GRACE):
                await hear_the_end()
        except (asyncio.CancelledError, TimeoutError):
            run.abandon()
            await hear_the_end()
        raise
    run.result()


def _looks_like(request_of: Callable[..., EvolveRequest]) -> Callable[[Any], Any]:
    """Give a function the arguments and the docstring of another, and what it returns itself."""

    def dress(function: Any) -> Any:
        wraps(request_of, assigned=("__doc__", "__module__"))(function)
        given = with_options(request_of)
        function.__signature__ = given.replace(return_annotation=EvolvedDataset)
        return function

    return dress


def _refuse_running_loop() -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise UsageError(
        "evolve() waits, which an event loop must not: await aevolve(...) instead, as in a notebook"
    )


@contextmanager
def _folder_of(request: EvolveRequest) -> Generator[None]:
    """Remove a folder that nobody asked for if nothing was paid; else say where it is."""
    try:
        yield
    except BaseException as error:
        if request.is_temporary:
            out = request.plan.out
            if _answered(request) == 0:
                shutil.rmtree(out, ignore_errors=True)
            else:
                error.add_note(f"What was answered is kept: out={str(out)!r} goes on with it.")
        raise


def _answered(request: EvolveRequest) -> int:
    try:
        return EvolvedDataset(request.plan.out).summary["calls"]["answered"]
    except UsageError:
        return 0


def _result(request: EvolveRequest) -> EvolvedDataset:
    evolved = EvolvedDataset(request.plan.out)
    if request.is_temporary:
        weakref.finalize(evolved, shutil.rmtree, evolved.out, ignore_errors=True)
    return evolved
