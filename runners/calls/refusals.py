"""Refusals: tells occasional ones from a flood, which only a limit explains."""

from collections import deque

_FLOOD = 0.25
"""Share of refused calls that shows a limit."""
_IN_A_ROW = 8
"""Consecutive refusals that show a limit, even if there were few calls."""
FLOOR = 0.5
"""Share of the accepted rate below which single refusals slow nothing down: otherwise an
endpoint that refuses a few of any number of calls would be slowed down endlessly."""


class Refusals:
    """The outcomes of the most recent calls."""

    def __init__(self, recent: int, fewest: int) -> None:
        """Consider the `recent` last calls, once there are at least `fewest`."""
        self._recent: deque[bool] = deque(maxlen=recent)
        self._fewest, self.in_a_row = fewest, 0

    def count(self, *, refused: bool) -> None:
        """Count a call that was answered or refused."""
        self._recent.append(refused)
        self.in_a_row = self.in_a_row + 1 if refused else 0

    def forget(self) -> None:
        """Start over, as when fewer calls are sent from now on."""
        self._recent.clear()
        self.in_a_row = 0

    @property
    def share(self) -> float:
        """The share of these calls that was refused."""
        return sum(self._recent) / max(1, len(self._recent))

    @property
    def is_flood(self) -> bool:
        """Whether so many calls are refused that the endpoint must have a limit."""
        is_share = len(self._recent) >= self._fewest and self.share >= _FLOOD
        return is_share or self.in_a_row >= _IN_A_ROW
