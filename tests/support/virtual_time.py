"""An event loop whose clock jumps to the next event: hours pass in a second.

with virtual_time(monkeypatch) as run:
    run(something_that_sleeps())
"""

import asyncio
import selectors
import time
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

import pytest

T = TypeVar("T")
START = 1000.0


class Run(Protocol):
    """Runs a coroutine to its end."""

    def __call__(self, coro: Coroutine[Any, Any, T], /) -> T: ...


class _Loop(asyncio.SelectorEventLoop):
    """Never waits: its clock jumps ahead instead."""

    def __init__(self) -> None:
        self.now = START
        super().__init__(_Selector(self))

    def time(self) -> float:
        return self.now


class _Selector(selectors.SelectSelector):
    def __init__(self, loop: _Loop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everything waits, and nothing is to come")
        self._loop.now += max(0.0, timeout)
        return super().select(0)


@contextmanager
def virtual_time(
    monkeypatch: pytest.MonkeyPatch,
) -> Generator[Run]:
    """Give what runs a coroutine in such a loop; `time.monotonic` is the loop's clock."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        loop = runner.get_loop()
        with monkeypatch.context() as patched:
            patched.setattr(time, "monotonic", loop.time)
            yield runner.run
