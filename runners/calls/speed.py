"""Speed: the one place that decides how many calls may be in flight, and when the next may start.

A refusal now and then says nothing of the endpoint: its call is sent again, alone. When their share
says that the endpoint can't take so many calls, one of two things is lowered: the rate where the
endpoint asks for a lower one (429), else the number of calls in flight.
"""

from enum import Enum

from runners.calls.concurrency import ConcurrencyLimit
from runners.calls.rate import Rate
from runners.calls.refusals import Refusals

_RECENT, _FEWEST = 60, 40
"""Calls looked at."""
_RECENT_LATE, _FEWEST_LATE = 16, 8
"""The same for calls whose time ran out: each has cost minutes."""
_RATE_AGE = 60.0
"""Seconds after the last answer in which refusals still tell of a rate."""


class Cause(Enum):
    """Why a call was not answered by an endpoint that is there."""

    RATE = "rate"
    """It wants fewer calls a minute (429)."""
    LOAD = "load"
    """It has too many calls in hand (503, 529)."""
    LATE = "late"
    """The call waited so long behind others that its time ran out."""


class Speed:
    """Speed at one endpoint. All times are seconds of one monotonic clock, given by the caller."""

    def __init__(
        self, lowest: int, highest: int, rpm: float | None = None, tpm: float | None = None
    ) -> None:
        """Set the bounds: calls in flight, requests and tokens a minute."""
        self._limit = ConcurrencyLimit(lowest, highest)
        self._rate = Rate(rpm, tpm)
        self._refusals = Refusals(_RECENT, _FEWEST)
        self._late = Refusals(_RECENT_LATE, _FEWEST_LATE)
        self._lowered_at = self._answered_at = float("-inf")

    @property
    def size(self) -> int:
        """Calls that may be in flight at present."""
        return self._limit.size

    def delay(self, now: float) -> float:
        """Seconds until the next call may start, 0 if it may at once."""
        return self._rate.delay(now)

    def started(self, now: float, tokens: int) -> None:
        """Count a call that starts, with the tokens that it is expected to take."""
        self._rate.started(now, tokens)

    def answered(self, now: float, in_flight: int, expected: int, tokens: int) -> None:
        """Count an answer, with the tokens that were expected and those that it took."""
        self._answered_at = now
        self._refusals.count(refused=False)
        self._late.count(refused=False)
        self._limit.accepted(in_flight)
        self._rate.used(expected, tokens)

    def refused(self, started: float, now: float, cause: Cause) -> bool:
        """Learn from a call that was not answered; return whether the endpoint has too many."""
        if cause is Cause.RATE:
            self._rate.refused(started)
        if started <= self._lowered_at:
            return True  # it was sent before the lesson that it would teach
        recent = self._late if cause is Cause.LATE else self._refusals
        recent.count(refused=True)
        flood = recent.is_flood
        if cause is Cause.RATE and not flood:
            self._rate.learn(now, flood=False)
        if flood and not self._teaches_rate(now, cause):
            self._lower(now, is_late=cause is Cause.LATE)
        return flood

    def _teaches_rate(self, now: float, cause: Cause) -> bool:
        """Learn of the rate; return whether that is what is to be learned."""
        if cause is not Cause.RATE:
            return False
        if now - self._answered_at > _RATE_AGE:
            return True  # while it answers nothing, what it has not refused yet would seem a rate
        return self._rate.learn(now)

    def _lower(self, now: float, *, is_late: bool) -> None:
        self._limit.lower(to_stay=is_late)
        self._lowered_at = now
        self._refusals.forget()
        self._late.forget()
