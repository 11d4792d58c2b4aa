"""Stops work that runs in its own thread and event loop."""

import asyncio
from collections.abc import Callable, Generator
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from contextvars import copy_context
from threading import Thread
from typing import TypeVar, cast

from runners.errors import Interrupted, RunError
from runners.options.declared import in_keywords
from runners.run.event_loop import AtWork, Interrupts

T = TypeVar("T")


class Stopper:
    """Stops work in another thread, even before its engine exists."""

    def __init__(self) -> None:
        self._reason: Interrupted | None = None
        self._at_work: tuple[asyncio.AbstractEventLoop, AtWork] | None = None

    @property
    def is_stopped(self) -> bool:
        """Whether it has been stopped."""
        return self._reason is not None

    def stop(self) -> None:
        """Start no more calls; calls in flight are kept."""
        self._reason = Interrupted("stopped; the same call goes on where it stopped")
        self._in_its_loop(lambda engine, reason=self._reason: engine.stop(reason))

    def abandon(self) -> None:
        """Cancel the calls in flight of stopped work."""
        self._in_its_loop(lambda engine: engine.abandon())

    @contextmanager
    def interrupts(self, engine: AtWork, say: Callable[[str], None]) -> Generator[None]:
        """Allow stopping the engine while the block lasts, in the engine's event loop."""
        self._at_work = asyncio.get_running_loop(), engine
        if self._reason is not None:  # stopped before the engine existed
            engine.stop(self._reason)
        try:
            yield
        finally:
            self._at_work = None

    def _in_its_loop(self, act: Callable[[AtWork], object]) -> None:
        if self._at_work is not None:
            loop, engine = self._at_work
            with suppress(RuntimeError):  # the loop has just ended, and the work with it
                loop.call_soon_threadsafe(act, engine)


def in_thread(work: Callable[[Interrupts], T]) -> T:
    """Do work in a thread and wait for it, so that it can be called from anywhere.

    Ctrl+C stops it once the calls in flight are kept; a second one cancels them.
    """
    stopper, ended = Stopper(), Future[T]()

    def do() -> None:
        try:
            ended.set_result(work(stopper.interrupts))
        except BaseException as error:  # noqa: BLE001 - it is raised again where the caller is
            ended.set_exception(plain_error(error))

    Thread(target=copy_context().run, args=[do], name="coevol", daemon=True).start()
    try:
        wait([ended])
    except BaseException:  # whatever ends the waiting ends the work
        stopper.stop()
        try:
            wait([ended])
        except KeyboardInterrupt:
            stopper.abandon()
            wait([ended])
        raise
    return ended.result()


def plain_error(error: BaseException) -> BaseException:
    """The error for the caller: a RunError without its context, another one without its group.

    A RunError has a note for each sample that it stopped. Others may be bugs in the caller's own
    nodes, so they keep their traceback.
    """
    if isinstance(error, RunError):
        return type(error)(in_keywords(str(error)))
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        return plain_error(group.exceptions[0]) if len(group.exceptions) == 1 else group
    return error
