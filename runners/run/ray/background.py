"""Consumes a blocking iterator beside the event loop."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


def gone_through(
    items: Callable[[], Iterable[T]], take: Callable[[T], Coroutine[Any, Any, None]]
) -> "asyncio.Future[None]":
    """Iterate over `items()` in its own thread, and await `take` here for each.

    Returns a future that is done at the end, or has the error that ended it. Unlike with
    `asyncio.to_thread`, nothing waits for the thread, which may block forever.
    """
    loop = asyncio.get_running_loop()
    end: asyncio.Future[None] = loop.create_future()

    def settle(error: BaseException | None) -> None:
        if not end.done():
            end.set_result(None) if error is None else end.set_exception(error)

    def work() -> None:
        error: BaseException | None = None
        try:
            for item in items():
                asyncio.run_coroutine_threadsafe(take(item), loop).result()
        except BaseException as raised:  # noqa: BLE001 - it is raised again where the future is
            error = raised
        with suppress(RuntimeError):  # the event loop has ended first
            loop.call_soon_threadsafe(settle, error)

    Thread(target=work, name="coevol pipeline", daemon=True).start()
    return end
