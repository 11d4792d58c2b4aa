"""The event loop of a run, and how Ctrl+C ends it."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from typing import Any, Protocol, TypeVar

from runners.errors import Interrupted, RunError
from runners.run.garbage import little_garbage_collection

T = TypeVar("T")


class AtWork(Protocol):
    """An engine as seen by whoever may end its run."""

    def stop(self, reason: RunError) -> None:
        """Start no more calls; calls in flight continue and are kept."""
        ...

    def abandon(self) -> None:
        """Cancel the calls in flight of a stopped run: their answers are lost."""
        ...


Interrupts = Callable[[AtWork, Callable[[str], None]], AbstractContextManager[None]]
"""Lets somebody end a run while the block lasts, given its engine and a function for messages."""


def run_in_event_loop(main: Coroutine[Any, Any, T]) -> T:
    """Run `main`, on uvloop if installed, and return its result. Exceptions pass through."""
    with little_garbage_collection(), asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(main)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop

    return uvloop.new_event_loop


@contextmanager
def interruptible(engine: AtWork, say: Callable[[str], None]) -> Generator[None]:
    """Let Ctrl+C (and SIGTERM) end the run, resumably: the first cleanly, the second at once."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    presses = 0

    def pressed() -> None:
        nonlocal presses
        presses += 1
        if presses > 1:
            os._exit(Interrupted.exit_code)  # the journal is committed; nothing else matters
        say("stopping: waiting for the calls in flight; press Ctrl+C again to leave at once")
        engine.stop(Interrupted("interrupted; the same command goes on where it stopped"))

    with ExitStack() as handlers:
        for each in signals:
            handlers.callback(_handle(each, pressed, loop))
        yield


def _handle(
    number: signal.Signals, handler: Callable[[], None], loop: asyncio.AbstractEventLoop
) -> Callable[[], object]:
    """Have a signal's handler called in the event loop; return a function that undoes it."""
    try:
        loop.add_signal_handler(number, handler)
    except NotImplementedError:  # on Windows

        def call(*_: object) -> None:
            loop.call_soon_threadsafe(handler)

        before = signal.signal(number, call)
        return partial(signal.signal, number, before)
    return partial(loop.remove_signal_handler, number)
