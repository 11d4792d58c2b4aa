"""Patience: a request about batches is made until it is answered, or nothing can come of it."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from nodes.models.errors import call_errors
from runners.calls.faults import Fault, Kind, understand
from runners.errors import RunError, Stopped, UsageError

T = TypeVar("T")
_LONGEST = 60.0
_SHORTEST = 0.5
_SHARE = 0.1
"""Of a batch's age, that passes until it is looked at again: no answer waits much longer for it."""
_WAITED_FOR = (
    Kind.THROTTLED,
    Kind.BUSY,
    Kind.SLOW,
    Kind.TRANSIENT,
    Kind.UNREADABLE,
    Kind.GONE,
)
"""Kinds of faults of which a provider's batches may recover."""
_TOLD_AFTER = 3
"""Failures in a row of which a person is told once: what looks as if it passed may never do."""


class Ending(Exception):
    """The run ends: nobody waits any more."""


class Patience:
    """Makes requests to one provider. The first that is answered shows that there is one."""

    def __init__(self, name: str, give_up_after: float, warn: Callable[[str], None]) -> None:
        """`name` is the model's with its address, for people, as is what `warn` is given."""
        self._name, self._give_up_after, self._warn = name, give_up_after, warn
        self._has_answered = False
        self._ending = asyncio.Event()

    def end(self) -> None:
        """Let nobody wait any more."""
        self._ending.set()

    async def until_done(self, request: Callable[[], Awaitable[T]]) -> T:
        """Make a request, again and again while its faults may pass.

        Raises the RunError that ends the run, and Ending where it is ending anyway.
        """
        silent_since, failures = time.monotonic(), 0
        while True:
            try:
                answer = await request()
            except call_errors() as error:
                fault = understand(error, answered_before=self._has_answered)
            else:
                self._has_answered = True
                return answer
            failures += 1
            silent = time.monotonic() - silent_since
            if fault.kind not in _WAITED_FOR or silent > self._give_up_after:
                raise self._reason(fault, silent)
            if failures == _TOLD_AFTER:
                self._warn(f"{self._said(fault)}; asked again")
            await self.rest(max(fault.retry_after or 0.0, pause_after(failures)))

    async def rest(self, seconds: float) -> None:
        """Wait. Raises Ending if the run ends meanwhile."""
        try:
            async with asyncio.timeout(seconds):
                await self._ending.wait()
        except TimeoutError:
            return
        raise Ending

    def _reason(self, fault: Fault, silent: float) -> RunError:
        said = self._said(fault)
        if fault.kind in _WAITED_FOR:
            return Stopped(f"{said}; no answer for {silent:.0f} s; the run can be resumed")
        if not self._has_answered:
            return UsageError(f"{said}; are there batches? --engine local needs none")
        return Stopped(f"{said}; the run can be resumed")

    def _said(self, fault: Fault) -> str:
        return f"{self._name}: {fault.name}: {fault.message}"


def pause_at(age: float) -> float:
    """Seconds until a batch of this age is looked at again."""
    return min(_LONGEST, max(_SHORTEST, age * _SHARE))


def pause_after(failures: int) -> float:
    """Seconds to wait after so many failures."""
    return random.uniform(0.5, 1) * min(_LONGEST, 2.0**failures / 2)
