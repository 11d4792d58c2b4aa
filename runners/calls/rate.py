"""Rate: when the next call may start, by the user's limits and by what the endpoint accepts."""

from collections import deque
from dataclasses import dataclass

from runners.calls.refusals import FLOOR

_WINDOW = 5
"""Seconds over which the accepted rate is measured, one second at a time."""
_SLOWEST = 0.5
"""The lowest rate, in calls per second, to which refusals slow a run."""
_LONG = 27.0
"""Seconds without a refusal after which a learned limit is doubted: an endpoint that was away
leaves a very low one."""


class Rate:
    """Spaces calls evenly. All times are seconds of one monotonic clock, passed in by the caller.

    An endpoint's undeclared rate limit is learned. On a refusal, the rate falls to nine tenths of
    the best accepted in the last seconds. It returns close to that within two seconds and then
    grows ever faster, so that a limit is rarely hit and a raised one is found.
    """

    def __init__(self, rpm: float | None = None, tpm: float | None = None) -> None:
        """Set the user's limits: requests and tokens (prompt and answer) per minute."""
        self._rpm = rpm
        self._tpm = tpm
        self._next_call = 0.0
        self._next_token = 0.0
        self._seconds: deque[_Second] = deque(maxlen=_WINDOW + 1)
        self._best = 0
        self._refused_rate: float | None = None
        self._refused_at = 0.0

    @property
    def learned(self) -> float:
        """Calls per second learned from refusals; infinite if there were none."""
        return float("inf") if self._refused_rate is None else self._refused_rate

    def rate(self, now: float) -> float | None:
        """Calls per second that may start now; None if nothing limits them."""
        ceilings = [self._rpm / 60] if self._rpm else []
        if self._refused_rate is not None:
            since = now - self._refused_at
            beyond, long_beyond = max(0.0, since - 2), min(max(0.0, since - _LONG), 60.0)
            share = 0.9 + 0.035 * min(since, 2.0) + 0.005 * beyond * (1 + beyond / 20)
            ceilings.append(self._refused_rate * share * 2 ** (long_beyond / 5))
        return min(ceilings, default=None)

    def delay(self, now: float) -> float:
        """Seconds until the next call may start; 0 if it may now."""
        return max(0.0, self._next_call - now, self._next_token - now)

    def started(self, now: float, tokens: int) -> None:
        """Count a call that starts, with its expected tokens."""
        if not self._seconds or self._seconds[-1].number != int(now):
            self._seconds.append(_Second(int(now)))
        self._seconds[-1].sent += 1
        rate = self.rate(now)
        if rate:
            self._next_call = max(self._next_call, now) + 1 / rate
        if self._tpm:
            self._next_token = max(self._next_token, now) + tokens * 60 / self._tpm

    def used(self, expected: int, tokens: int) -> None:
        """Correct the tokens of a finished call: `tokens` instead of `expected`."""
        if self._tpm:
            self._next_token += (tokens - expected) * 60 / self._tpm

    def refused(self, started: float) -> None:
        """Count a call, started at that time, that was refused (429)."""
        for second in self._seconds:
            if second.number == int(started):
                second.refused += 1

    def learn(self, now: float, *, flood: bool = True) -> bool:
        """Learn from the accepted and the refused calls; refusals within a second count once.

        The first lesson needs a flood of refusals; later single refusals never slow the rate below
        a share of the best so far. Returns whether a rate could be learned: not if nothing was
        accepted for seconds.
        """
        if not flood and self._refused_rate is None:
            return False
        if self._refused_rate is not None and now - self._refused_at < 1:
            return True
        recent = [each for each in self._seconds if now - _WINDOW - 1 < each.number < int(now)]
        if self._refused_rate is None and not recent:
            return True  # it has just begun, so its accepted rate is not known yet
        taken = max((each.taken for each in recent), default=0)
        if not taken:  # the endpoint is away, which says nothing about its rate
            return False
        self._best = taken if flood else max(self._best, taken)
        lowest = _SLOWEST if flood else max(_SLOWEST, self._best * FLOOR)
        self._refused_rate = max(float(taken), lowest)
        self._refused_at = now
        self._next_call = max(self._next_call, now + 1 / self._refused_rate)
        return True

    def forget(self) -> None:
        """Forget what refusals have taught: the rate was not the reason."""
        self._refused_rate, self._best = None, 0
        self._next_call = 0.0


@dataclass(slots=True)
class _Second:
    """The calls that started within one second."""

    number: int
    sent: int = 0
    refused: int = 0

    @property
    def taken(self) -> int:
        """Calls that were accepted, or not refused yet."""
        return self.sent - self.refused
