"""Limit: how many calls may be in flight, found by additive increase and halving."""

from runners.calls.refusals import FLOOR


class ConcurrencyLimit:
    """A limit between two bounds. Times are seconds of one monotonic clock.

    As in TCP, what worked before the trouble is halved, and found again fast once the trouble is
    over; from there on the limit grows by one at a time.
    """

    def __init__(self, lowest: int, highest: int, start: int | None = None) -> None:
        """Start at `start` calls, by default the highest."""
        self._lowest, self._highest = lowest, highest
        self._size = float(start or highest)
        self._halved_at = float("-inf")
        self._known_good = 0.0
        """Half of what worked last."""
        self._works = True
        """Whether there was an answer since the last refusal."""

    @property
    def size(self) -> int:
        """Calls that may be in flight at present."""
        return int(self._size)

    def accepted(self, in_flight: int) -> None:
        """Grow by one call for each full round of answers while all slots are in use."""
        self._works = True
        if in_flight >= self.size:
            step = 1 if self._size < self._known_good else 1 / self._size
            self._size = min(float(self._highest), self._size + step)

    def refused(self, started: float, now: float, *, flood: bool = True) -> None:
        """Halve, once for all calls that were in flight together.

        Unless refusals are a flood, the limit does not fall below a share of the highest.
        """
        if started > self._halved_at:
            lowest = self._lowest if flood else max(self._lowest, self._highest * FLOOR)
            if self._works:
                self._known_good = self._size / 2
            self._size = min(self._size, max(float(lowest), self._size / 2))
            self._halved_at, self._works = now, False
