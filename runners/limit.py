"""Limit: how many calls may be in flight, found by additive increase and halving."""

from runners.refusals import FLOOR


class Limit:
    """A limit between two bounds. Times are seconds of one monotonic clock."""

    def __init__(self, lowest: int, highest: int, start: int | None = None) -> None:
        """Start at `start` calls, by default the highest."""
        self._lowest, self._highest = lowest, highest
        self._size = float(start or highest)
        self._halved_at = float("-inf")

    @property
    def size(self) -> int:
        """Calls that may be in flight at present."""
        return int(self._size)

    def accepted(self, in_flight: int) -> None:
        """Grow by one call for each full round of answers while all slots are in use."""
        if in_flight >= self.size:
            self._size = min(float(self._highest), self._size + 1 / self._size)

    def refused(self, started: float, now: float, *, flood: bool = True) -> None:
        """Halve, once for all calls that were in flight together.

        Unless refusals are a flood, the limit does not fall below a share of the highest.
        """
        if started > self._halved_at:
            lowest = self._lowest if flood else max(self._lowest, self._highest * FLOOR)
            self._size = min(self._size, max(float(lowest), self._size / 2))
            self._halved_at = now
