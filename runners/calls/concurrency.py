"""Limit: how many calls may be in flight, found by additive increase and halving."""

_ROUNDS_BELOW = 20
"""Full rounds of answers before the limit grows to what was too many; twice as many each time."""


class ConcurrencyLimit:
    """A limit between two bounds.

    As in TCP, what worked before the trouble is halved, and found again fast once the trouble is
    over; from there on the limit grows by one at a time.
    """

    def __init__(self, lowest: int, highest: int, start: int | None = None) -> None:
        """Start at `start` calls, by default the highest."""
        self._lowest, self._highest = lowest, highest
        self._size = float(start or highest)
        self._known_good = 0.0
        """Half of what worked last."""
        self._too_many = float("inf")
        """What was too many for long: the limit comes back to it slowly."""
        self._rounds_below = _ROUNDS_BELOW
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
            if self._size + 1 > self._too_many:
                step /= self._rounds_below
            self._size = min(float(self._highest), self._size + step)

    def lower(self, *, to_stay: bool = False) -> None:
        """Halve; `to_stay` where to have found so many in flight too many has cost minutes."""
        if self._works:
            self._known_good = self._size / 2
        if to_stay:
            self._rounds_below *= 2 if self.size == self._too_many else 1
            self._too_many, self._known_good = float(self.size), 0.0
        self._size = min(self._size, max(float(self._lowest), self._size / 2))
        self._works = False

    def restore(self, size: int) -> None:
        """Go back to a size: to lower it was of no use."""
        self._size = max(self._size, float(size))
        self._works = True
