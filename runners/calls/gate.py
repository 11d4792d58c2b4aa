"""The gate of one endpoint: admits its calls in the order in which they asked.

Calls that may use any of several endpoints wait in one line for all their gates.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from runners.calls.line import Line, Place
from runners.calls.speed import Cause, Speed
from runners.calls.unanswered import Unanswered
from runners.errors import RunError, Stopped

_LONGEST_PAUSE = 60.0
_FIRST_PAUSE = -8
"""Exponent (base 2) of the first pause in seconds: too short to matter while others are
answered."""
_log = logging.getLogger("coevol")
_REFUSED_CONNECTIONS = 3
"""Refused connections in a row after which the endpoint counts as gone."""
_FAILED_CALLS = 11
"""Failed calls in a row after which it counts as gone: more than two calls of one row may make."""


class Gate:
    """Admits calls as the concurrency limit, the rate and the endpoint's state allow.

    While the endpoint is gone (nothing but failures), one call at a time is tried, with growing
    pauses. After `give_up_after` seconds without an answer, the run stops and can be resumed.
    """

    def __init__(
        self,
        speed: Speed,
        give_up_after: float = 1800.0,
        on_give_up: Callable[[RunError], None] | None = None,
        warn: Callable[[str], None] = _log.warning,
        name: str = "",
    ) -> None:
        self.name = name
        self.speed = speed
        self.in_flight = 0
        self.trouble: str | None = None
        """The endpoint's present trouble, for the progress line; None if there is none."""
        self._give_up_after = give_up_after
        self._closed: RunError | None = None
        self._lines: list[Line] = []
        self._own_line = self._add(Line((self,)))
        self.not_before = 0.0
        """No call starts before this time, in seconds of `time.monotonic`."""
        self._timer: asyncio.TimerHandle | None = None
        self._pauses = _FIRST_PAUSE
        self._answered_at = float("-inf")
        self._warn, self._has_warned = warn, False
        self._failures = 0
        self._refusals = Unanswered()
        self._refused_connections = 0
        self._silent_since: float | None = None
        """Time of the first failure since the last answer."""
        self._has_given_up = False
        self._on_give_up = on_give_up or self.close

    @property
    def is_gone(self) -> bool:
        """Whether the endpoint counts as gone."""
        return self._refused_connections >= _REFUSED_CONNECTIONS or self._failures >= _FAILED_CALLS

    @property
    def is_open(self) -> bool:
        """Whether it admits calls as soon as there is room."""
        return not self.is_gone and time.monotonic() >= self.not_before

    @property
    def has_given_up(self) -> bool:
        """Whether nothing has been answered for too long."""
        return self._has_given_up

    @property
    def eagerness(self) -> tuple[float, ...]:
        """Sort key of gates: one that is gone and due for a try, then by failures, then by load."""
        is_due = self.is_gone and time.monotonic() >= self.not_before
        return (not is_due, self._failures > 0, self.in_flight / self.speed.size)

    def line_with(self, *others: "Gate") -> Line:
        """The line of calls that may go through this gate or, with others, through any of them."""
        if not others:
            return self._own_line
        line = Line((self, *others))
        for gate in (self, *others):
            gate._add(line)
        return line

    def _add(self, line: Line) -> Line:
        self._lines.append(line)
        if self._closed is not None:
            line.close(self._closed)
        return line

    async def enter(self, tokens: int = 0) -> float:
        """Wait for a place; return the time at which the call starts.

        `tokens` is the expected usage. Raises the RunError that closed the gate. Each `enter` needs
        a `leave`.
        """
        await self._own_line.enter(tokens)
        return time.monotonic()

    def leave(self) -> None:
        """Give the place to the next call."""
        self.in_flight -= 1
        for line in self._lines:
            line.offer()

    def close(self, reason: RunError) -> None:
        """Admit nobody any more: waiting and later calls get the reason."""
        self.log_unanswered()
        self._closed = self._closed or reason
        for line in self._lines:
            line.close(self._closed)

    def log_unanswered(self) -> None:
        """Log the unanswered calls of the last second, too."""
        self._refusals.write()

    def answered(self, started: float, expected: int = 0, tokens: int = 0) -> None:
        """Count the answer of a call that started at `started`: the endpoint works."""
        self._refusals.write_if_over(time.monotonic())
        self._silent_since, self._has_given_up = None, False
        self._failures = self._refused_connections = 0
        self._pauses = _FIRST_PAUSE
        self.trouble = None
        self._answered_at = time.monotonic()
        self.speed.answered(started, self._answered_at, self.in_flight, expected, tokens)

    def refused(self, started: float, retry_after: float | None, reason: str, cause: Cause) -> bool:
        """Count a refused call; return whether the endpoint has too many.

        If so, all calls wait, for longer each time until one is answered.
        """
        now = time.monotonic()
        is_full = self.speed.refused(started, now, cause)
        self._refusals.add(now, reason)
        self._check_patience(now, retry_after or 0.0, reason)
        if is_full:
            self._pause(retry_after, reason)
        return is_full

    def late(self, started: float, reason: str) -> bool:
        """Count a call that timed out; return whether it was waiting behind too many others."""
        before = self.speed.size
        is_full = self.speed.refused(started, time.monotonic(), Cause.LATE)
        if self._answered_at < started:
            self.failed(reason)
        elif is_full and not self._has_warned:
            self._has_warned = True
            self._warn(
                f"calls wait behind each other until their time is up ({reason}): {before} in "
                "flight are too many, so fewer are sent; a lower --concurrency avoids it"
            )
        return is_full

    def failed(self, reason: str, *, refused_connection: bool = False) -> None:
        """Count a call without an answer; if all fail, wait for the endpoint to come back."""
        self._failures += 1
        self._refusals.add(time.monotonic(), reason)
        self._refused_connections += refused_connection
        self._check_patience(time.monotonic(), 0.0, reason)
        if self.is_gone:
            self._pauses = max(self._pauses, 0)
            self._pause(None, f"endpoint gone ({reason})")

    def _check_patience(self, now: float, wait: float, reason: str) -> None:
        """Give up if there has been no answer for too long, or can't be one in time."""
        self._silent_since = self._silent_since or now
        silent = now - self._silent_since
        if silent > self._give_up_after or (wait and silent + wait > self._give_up_after):
            self._has_given_up = True
        if silent > self._give_up_after:
            text = f"{reason}; no answer for {silent:.0f} s, so the run gave up and can be resumed"
            self._on_give_up(Stopped(text))
        elif wait and silent + wait > self._give_up_after:
            self._on_give_up(Stopped(f"{reason}; {_back_in(wait)}; the run can be resumed then"))

    def _pause(self, told: float | None, reason: str) -> None:
        """Make all calls wait for `told` seconds, but longer each time until one is answered."""
        now = time.monotonic()
        if now < self.not_before:
            seconds = told or 0.0
        else:
            own = random.uniform(0.5, 1) * min(_LONGEST_PAUSE, 2.0**self._pauses)
            self._pauses += 1
            seconds = max(told or 0.0, own)
        if now + seconds > self.not_before:
            self.not_before = now + seconds
            until = f"{datetime.now().astimezone() + timedelta(seconds=seconds):%H:%M:%S}"
            asked = told is not None and told >= seconds
            wait = f"the endpoint asks to wait until {until}" if asked else f"next try at {until}"
            self.trouble = f"{wait} ({reason})"

    def let_through(self) -> None:
        """Admit calls from the lines while there is room."""
        size = 1 if self.is_gone else self.speed.size
        while self.in_flight < size and (found := self._first()) is not None:
            line, place = found
            now = time.monotonic()
            delay = max(self.not_before - now, self.speed.delay(now))
            if delay > 0:
                self._call_again(delay)
                return
            line.take(place)
            self.in_flight += 1
            self.speed.started(now, place.tokens)
            place.future.set_result(self.name)

    def _first(self) -> tuple[Line, Place] | None:
        """The call of all lines that has waited longest."""
        found: tuple[Line, Place] | None = None
        for line in self._lines:
            place = line.first(self)
            if place is not None and (found is None or place.number < found[1].number):
                found = line, place
        return found

    def _call_again(self, delay: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(delay, self.let_through)


def _back_in(seconds: float) -> str:
    """Say when the endpoint will be available again."""
    moment = datetime.now().astimezone() + timedelta(seconds=seconds)
    wait = timedelta(seconds=round(seconds))
    at = f"back in {wait}, at {moment:%Y-%m-%d %H:%M:%S %Z}"
    return f"it will be {at}, later than --give-up-after allows"
