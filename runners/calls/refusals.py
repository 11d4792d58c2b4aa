"""Refusals: are they now and then, or a flood that only a limit explains?"""

from collections import deque

_FLOOD = 0.25
"""Share of refused calls, of at least the fewest, that tells a limit."""
_IN_A_ROW = 8
"""Refusals without any answer in between that tell one, however few calls there were."""
FLOOR = 0.5
"""Share of what has worked below which single refusals slow nothing down: an endpoint that refuses
now and then, however few calls it gets, would otherwise be slowed down without end."""


class Refusals:
    """The outcomes of the most recent calls."""

    def __init__(self, recent: int, fewest: int) -> None:
        """Look at the `recent` last calls, once there are the `fewest`."""
        self._recent: deque[bool] = deque(maxlen=recent)
        self._fewest, self.in_a_row = fewest, 0

    def count(self, *, refused: bool) -> None:
        """Count a call that was answered or refused."""
        self._recent.append(refused)
        self.in_a_row = self.in_a_row + 1 if refused else 0

    def forget(self) -> None:
        """Begin anew, as when fewer calls are sent from now on."""
        self._recent.clear()
        self.in_a_row = 0

    @property
    def share(self) -> float:
        """The share of them that was refused."""
        return sum(self._recent) / max(1, len(self._recent))

    @property
    def is_flood(self) -> bool:
        """Whether so many calls are refused that the endpoint must have a limit."""
        is_share = len(self._recent) >= self._fewest and self.share >= _FLOOD
        return is_share or self.in_a_row >= _IN_A_ROW
