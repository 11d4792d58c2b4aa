"""A clock that does not wait: an event loop in which time jumps to whatever is due next.

    clock = Clock()
    clock.run(main())  # within, `time.monotonic` and the loop's timers go by this clock
    clock.now          # later by all that was waited for, from 1000 s on

Waiting takes no time, and how long something waits can be tested exactly.
"""

import asyncio
import selectors
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest

T = TypeVar("T")
_PATIENCE = 10.0
"""Seconds by the wall after which nothing is expected of other threads any more."""


class Clock(selectors.SelectSelector):
    """What a loop waits with: it moves the clock instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for other threads only if no timer is set, and fail if nothing is to come."""
        ready = super().select(0 if timeout is not None else _PATIENCE)
        if timeout is None:
            assert ready, "everybody waits, and for nothing"
        elif not ready:
            self.now += max(0.0, timeout)
        return ready

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """Run `main` in a loop of its own that goes by this clock; a clock runs once."""
        with (
            pytest.MonkeyPatch.context() as patch,
            asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(self)) as runner,
        ):
            patch.setattr(time, "monotonic", lambda: self.now)
            return runner.run(main)
