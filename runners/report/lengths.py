"""Lengths of responses before and after (section 4.2, Figure 2(b))."""

import math
from array import array
from collections import Counter
from statistics import quantiles
from typing import NamedTuple

from runners.report.responses import Length

_BINS_PER_DOUBLING = 2
OUTERMOST = 3 * _BINS_PER_DOUBLING
"""The outermost bins hold all ratios from 8 on, and all below 1/8."""


class Spread(NamedTuple):
    """Median and quartiles."""

    lower: float
    median: float
    upper: float


class Lengths:
    """Sums of lengths, and the length ratios of changed responses."""

    def __init__(self) -> None:
        self.responses = 0
        self.before = 0
        self.after = 0
        self.changed = 0
        """Responses that an edit replaced."""
        self.empty_before = 0
        """Changed responses that were empty before, and so have no ratio."""
        self.ratios = array("f")
        """After over before, for the other changed responses."""

    def add(self, length: Length, *, changed: bool) -> None:
        """Count a response; `changed` tells whether an edit replaced it."""
        self.responses += 1
        self.before += length.before
        self.after += length.after
        if not changed:
            return
        self.changed += 1
        if length.ratio is None:
            self.empty_before += 1
        else:
            self.ratios.append(length.ratio)

    @property
    def mean_before(self) -> float | None:
        """Mean length of all original responses; None without any."""
        return self.before / self.responses if self.responses else None

    @property
    def mean_after(self) -> float | None:
        """Mean length of all final responses, changed or not; None without any."""
        return self.after / self.responses if self.responses else None

    @property
    def spread(self) -> Spread | None:
        """Median and quartiles of the ratios; None for fewer than two."""
        if len(self.ratios) < 2:
            return None
        return Spread(*quantiles(self.ratios, n=4, method="inclusive"))

    def histogram(self) -> dict[int, int]:
        """Count the ratios by `bin_of`, with all bins between the outermost that occur."""
        counts = Counter(bin_of(ratio) for ratio in self.ratios)
        if not counts:
            return {}
        return {number: counts[number] for number in range(min(counts), max(counts) + 1)}


def bin_of(ratio: float) -> int:
    """The bin of a ratio: bin b holds [2^(b/2), 2^((b+1)/2)); the outermost ones hold the rest."""
    if ratio <= 0:
        return -OUTERMOST - 1
    number = math.floor(_BINS_PER_DOUBLING * math.log2(ratio) + 1e-6)  # the ratios are 32-bit
    return max(-OUTERMOST - 1, min(OUTERMOST, number))


def edges_of(number: int) -> tuple[float, float]:
    """The lower bound of a bin and that of the next; 0 and infinity at the ends."""
    low = 2 ** (number / _BINS_PER_DOUBLING)
    high = 2 ** ((number + 1) / _BINS_PER_DOUBLING)
    return (
        0.0 if number < -OUTERMOST else low,
        math.inf if number >= OUTERMOST else high,
    )
