"""Concurrency limit: calls in flight, adapted by additive increase and halving."""

_ROUNDS_BELOW = 20
"""Full rounds of answers below a size that was too large before it is tried again; doubled each
time."""


class ConcurrencyLimit:
    """A limit between two bounds, adapted as in TCP.

    Trouble halves it. Afterwards it quickly returns to half of what worked before, and grows by one
    at a time from there.
    """

    def __init__(self, lowest: int, highest: int, start: int | None = None) -> None:
        """Begin with `start` calls in flight, by default the highest number."""
        self._lowest, self._highest = lowest, highest
        self._size = float(start or highest)
        self._known_good = 0.0
        """Half of the size that worked last."""
        self._too_many = float("inf")
        """A size that was too large for a long time: the limit approaches it slowly."""
        self._rounds_below = _ROUNDS_BELOW
        self._works = True
        """Whether there was an answer since the last refusal."""

    @property
    def size(self) -> int:
        """Calls that may be in flight now."""
        return int(self._size)

    def accepted(self, in_flight: int) -> None:
        """Grow by one call per full round of answers, if all slots are in use."""
        self._works = True
        if in_flight >= self.size:
            step = 1 if self._size < self._known_good else 1 / self._size
            if self._size + 1 > self._too_many:
                step /= self._rounds_below
            self._size = min(float(self._highest), self._size + step)

    def lower(self, *, to_stay: bool = False) -> None:
        """Halve the limit; with `to_stay`, remember the present size as too large."""
        if self._works:
            self._known_good = self._size / 2
        if to_stay:
            self._rounds_below *= 2 if self.size == self._too_many else 1
            self._too_many, self._known_good = float(self.size), 0.0
        self._size = min(self._size, max(float(self._lowest), self._size / 2))
        self._works = False

    def restore(self, size: int) -> None:
        """Return to an earlier size, because lowering it did not help."""
        self._size = max(self._size, float(size))
        self._works = True
