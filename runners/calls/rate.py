"""Rate: when the next call may start, by the user's ceilings and by what the endpoint accepts."""

from collections import deque
from dataclasses import dataclass

from runners.calls.refusals import FLOOR

_WINDOW = 5
"""Seconds over which the rate that an endpoint takes is measured, by single seconds."""
_SLOWEST = 0.5
"""Calls a second below which refusals do not slow a run further."""
_LONG = 27.0
"""Seconds without a refusal after which a learned limit is doubted: an endpoint that was away has
taught a very low one."""


class Rate:
    """Spaces calls evenly. All times are seconds of one monotonic clock, given by the caller.

    A rate limit that the endpoint has and nobody told is learned: on a refusal the rate falls to
    nine tenths of what was taken of the best of the last seconds, comes back near it within two
    seconds, and goes beyond it ever faster from then on, so that a limit is touched seldom and a
    raised one is found.
    """

    def __init__(self, rpm: float | None = None, tpm: float | None = None) -> None:
        """Set the ceilings: requests and tokens (prompt and answer) a minute."""
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
        """Calls a second that refusals have taught; without end while they have taught none."""
        return float("inf") if self._refused_rate is None else self._refused_rate

    def rate(self, now: float) -> float | None:
        """Calls a second that may start at present, None if nothing limits them."""
        ceilings = [self._rpm / 60] if self._rpm else []
        if self._refused_rate is not None:
            since = now - self._refused_at
            beyond, long_beyond = max(0.0, since - 2), min(max(0.0, since - _LONG), 60.0)
            share = 0.9 + 0.035 * min(since, 2.0) + 0.005 * beyond * (1 + beyond / 20)
            ceilings.append(self._refused_rate * share * 2 ** (long_beyond / 5))
        return min(ceilings, default=None)

    def delay(self, now: float) -> float:
        """Seconds until the next call may start, 0 if it may at once."""
        return max(0.0, self._next_call - now, self._next_token - now)

    def started(self, now: float, tokens: int) -> None:
        """Count a call that starts, with the tokens that it is expected to take."""
        if not self._seconds or self._seconds[-1].number != int(now):
            self._seconds.append(_Second(int(now)))
        self._seconds[-1].sent += 1
        rate = self.rate(now)
        if rate:
            self._next_call = max(self._next_call, now) + 1 / rate
        if self._tpm:
            self._next_token = max(self._next_token, now) + tokens * 60 / self._tpm

    def used(self, expected: int, tokens: int) -> None:
        """Correct the tokens of a call that is done: it took `tokens`, not as expected."""
        if self._tpm:
            self._next_token += (tokens - expected) * 60 / self._tpm

    def refused(self, started: float) -> None:
        """Count a call of that time as one that was not taken (429)."""
        for second in self._seconds:
            if second.number == int(started):
                second.refused += 1

    def learn(self, now: float, *, flood: bool = True) -> bool:
        """Learn from what was taken and what was not; refusals within a second are one lesson.

        It takes a flood to learn from; later, single refusals do not slow the rate below a share of
        the best so far. Returns whether there was a rate to learn: there is none where nothing was
        taken for seconds.
        """
        if not flood and self._refused_rate is None:
            return False
        if self._refused_rate is not None and now - self._refused_at < 1:
            return True
        recent = [each for each in self._seconds if now - _WINDOW - 1 < each.number < int(now)]
        if self._refused_rate is None and not recent:
            return True  # of a second that has just begun, nobody knows what it would have taken
        taken = max((each.taken for each in recent), default=0)
        if not taken:  # the endpoint is away: that teaches no rate
            return False
        self._best = taken if flood else max(self._best, taken)
        lowest = _SLOWEST if flood else max(_SLOWEST, self._best * FLOOR)
        self._refused_rate = max(float(taken), lowest)
        self._refused_at = now
        self._next_call = max(self._next_call, now + 1 / self._refused_rate)
        return True

    def forget(self) -> None:
        """Unlearn what refusals have taught: it was not the rate."""
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
        """Calls that were not refused, or not yet."""
        return self.sent - self.refused
