"""Trials: does slowing down reduce the refusals of an endpoint, or does it only cost answers?

With a real limit, refusals stop below it. An endpoint with a broken replica refuses the same share
of any number of calls: there, slowing down loses answers and gains nothing.
"""

from collections import deque

_LOST = 0.75
"""Ratio of the answers per second to those before, below which too many are lost."""
_SAME = 0.6
"""Ratio of the refused share to that before, from which refusals count as unchanged."""
_RECENT = 64
"""Number of answers from which the rate is computed."""
_FEWEST = 8
_FAR_MORE, _LATE = 4, 2.0
"""How many times the fewest answers, and how many times the time of an answer, should have passed
before missing answers count as lost."""


class AnswerRate:
    """Answers per second, from the most recent ones."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=_RECENT)

    def count(self, now: float) -> None:
        """Count an answer."""
        self._times.append(now)

    def at(self, now: float) -> float | None:
        """Answers per second; None while there are too few to tell."""
        if len(self._times) < _FEWEST or now <= self._times[0]:
            return None
        return len(self._times) / (now - self._times[0])


class Trial:
    """Compares the calls sent at a lower speed with those before."""

    def __init__(self, now: float, answers: float, refused: float, takes: float = 0.0) -> None:
        """Begin now. `answers` is the rate per second before, `refused` the share refused.

        `takes` is the seconds that an answer takes: refusals come sooner.
        """
        self.begun = self._slower_since = now
        self._answers_before, self._refused_before = answers, refused
        self._takes = takes
        self._restart(None)

    def slower(self, now: float) -> None:
        """Start counting again, if enough was counted: calls are sent even more slowly from now."""
        if self._answered >= _FEWEST:
            self._slower_since = now
            self._restart(None)

    def count(self, started: float, now: float, *, refused: bool) -> None:
        """Count a call, unless it was sent before the slowdown."""
        if started <= self._slower_since:
            return
        if self._since is None:
            self._since = now  # calls in flight still come back at the previous speed
            return
        self._refused += refused
        self._answered += not refused

    def has_failed(self, now: float, fewest: int = _FEWEST) -> bool:
        """Whether answers are lost and refusals continue.

        It is told from `fewest` answers, or once there should have been far more.
        """
        if self._since is None or now <= self._since or not self._is_enough(now, fewest):
            return False
        answers = self._answered / (now - self._since)
        refused = self._refused / (self._answered + self._refused)
        self._restart(now)
        is_lost = answers < _LOST * self._answers_before
        return is_lost and refused >= _SAME * self._refused_before

    def _is_enough(self, now: float, fewest: int) -> bool:
        expected = self._answers_before * (now - self._since_answers)
        return self._answered >= max(fewest, _FEWEST) or expected >= _FAR_MORE * _FEWEST

    @property
    def _since_answers(self) -> float:
        """From when on calls that were sent more slowly should have been answered."""
        return max(self._since or 0.0, self._slower_since + _LATE * self._takes)

    def _restart(self, now: float | None) -> None:
        self._since = now
        self._answered = self._refused = 0
