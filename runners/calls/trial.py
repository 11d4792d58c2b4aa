"""Trial: does an endpoint refuse fewer calls when it gets fewer, or does that only cost answers?

A limit shows in refusals that end below it. An endpoint with a broken replica refuses the same
share of however few calls it gets: there, to go slower loses answers and gains nothing.
"""

from collections import deque

_LOST = 0.75
"""Share of the answers a second from before, below which too many are lost."""
_SAME = 0.4
"""Share of the refused share from before, from which refusals go on all the same."""
_RECENT = 64
"""Answers that their rate is taken from."""
_FEWEST = 8


class AnswerRate:
    """Answers a second, by the most recent ones."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=_RECENT)

    def count(self, now: float) -> None:
        """Count an answer."""
        self._times.append(now)

    def at(self, now: float) -> float | None:
        """Answers a second; None while there are too few to tell."""
        if len(self._times) < _FEWEST or now <= self._times[0]:
            return None
        return len(self._times) / (now - self._times[0])


class Trial:
    """Compares what comes of calls that are sent more slowly with what came of them before."""

    def __init__(self, now: float, answers: float, refused: float) -> None:
        """Begin now; before, there were so many answers a second, and that share was refused."""
        self.begun = self._slower_since = now
        self._answers_before, self._refused_before = answers, refused
        self._restart(None)

    def slower(self, now: float) -> None:
        """Begin to count anew: from now on calls are sent more slowly still."""
        self._slower_since = now
        self._restart(None)

    def count(self, started: float, now: float, *, refused: bool) -> None:
        """Count a call, unless it was sent before."""
        if started <= self._slower_since:
            return
        if self._since is None:
            self._since = now  # what is in flight comes back at the speed from before
            return
        self._refused += refused
        self._answered += not refused

    def has_failed(self, now: float, fewest: int = _FEWEST) -> bool:
        """Whether answers are lost and refusals go on; looked at once there are the fewest."""
        if self._since is None or now <= self._since or self._answered < max(fewest, _FEWEST):
            return False
        answers = self._answered / (now - self._since)
        refused = self._refused / (self._answered + self._refused)
        self._restart(now)
        is_lost = answers < _LOST * self._answers_before
        return is_lost and refused >= _SAME * self._refused_before

    def _restart(self, now: float | None) -> None:
        self._since = now
        self._answered = self._refused = 0
