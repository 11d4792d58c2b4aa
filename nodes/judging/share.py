"""Shares: a part of a whole, and how far a count of it can be trusted."""

import math
from statistics import NormalDist
from typing import NamedTuple

_Z = NormalDist().inv_cdf(0.975)


class Share(NamedTuple):
    """A part of a whole, with its 95% Wilson interval."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The share, None of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Bounds of the 95% Wilson score interval, None of nothing."""
        if not self.whole:
            return None
        share, n, zz = self.part / self.whole, self.whole, _Z * _Z
        middle = (share + zz / (2 * n)) / (1 + zz / n)
        half = _Z * math.sqrt(share * (1 - share) / n + zz / (4 * n * n)) / (1 + zz / n)
        return max(0.0, middle - half), min(1.0, middle + half)

    def is_above(self, bound: float) -> bool:
        """Whether its interval lies above a bound: then it is no chance."""
        return self.interval is not None and self.interval[0] > bound
