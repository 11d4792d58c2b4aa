"""Shares: a part of a whole, with its confidence interval."""

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
        """The share, 0 to 1; None of an empty whole."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Bounds of the 95% Wilson score interval; None of an empty whole."""
        if not self.whole:
            return None
        share, n, zz = self.part / self.whole, self.whole, _Z * _Z
        middle = (share + zz / (2 * n)) / (1 + zz / n)
        half = _Z * math.sqrt(share * (1 - share) / n + zz / (4 * n * n)) / (1 + zz / n)
        return max(0.0, middle - half), min(1.0, middle + half)

    def is_above(self, bound: float) -> bool:
        """Whether the whole interval lies above a bound, so that chance is no explanation."""
        return self.interval is not None and self.interval[0] > bound
