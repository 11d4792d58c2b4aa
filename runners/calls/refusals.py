"""Refusals: are they now and then, or a flood that only a limit explains?"""

from collections import deque

_RECENT = 40
"""Calls looked at."""
_FEWEST = 20
_FLOOD = 0.4
"""Share of refused calls, of at least the fewest, that tells a limit."""
FLOOR = 0.5
"""Share of what has worked below which single refusals slow nothing down: an endpoint that refuses
now and then, however few calls it gets, would otherwise be slowed down without end."""


class Refusals:
    """The outcomes of the most recent calls."""

    def __init__(self) -> None:
        self._recent: deque[bool] = deque(maxlen=_RECENT)

    def count(self, *, refused: bool) -> None:
        """Count a call that was answered or refused."""
        self._recent.append(refused)

    @property
    def is_flood(self) -> bool:
        """Whether so many calls are refused that the endpoint must have a limit."""
        return len(self._recent) >= _FEWEST and sum(self._recent) >= _FLOOD * len(self._recent)
