"""Counts: how often a judge was right about twins that are known to be worse."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Self

from nodes.judging.share import Share
from runners.comparison.judged import Judged
from runners.comparison.part import FilePart

MOST_WRONG = 0.05
"""Largest acceptable share of worse twins that win, which a margin should achieve."""
_STEPS = 100
"""Margins are multiples of a hundredth."""


class Measured(FilePart):
    """A count, its share from 0 to 1, and the 95% Wilson interval; None of an empty whole."""

    part: int
    whole: int
    share: float | None
    interval: tuple[float, float] | None

    @classmethod
    def of(cls, counted: Share) -> Self:
        """What is told of a share."""
        part, whole = counted
        return cls(part=part, whole=whole, share=counted.value, interval=counted.interval)


class TwinVerdicts(FilePart):
    """A judge's results for some twins, both orders together."""

    pairs: int
    failed: int
    """Pairs whose call failed for good; they are not in the shares."""
    right: Measured
    """The original won."""
    wrong: Measured
    """The worse twin won."""
    undecided: Measured
    """Neither won."""

    @property
    def decided_rightly(self) -> Share:
        """The right ones among the decided pairs."""
        return Share(self.right.part, self.right.part + self.wrong.part)


class AtMargin(FilePart):
    """The results of the same judgements if a winner had to lead by more than a margin."""

    margin: float
    right: float
    """Share from 0 to 1 of the pairs judged, like the others."""
    wrong: float
    undecided: float


def tally_of(judged: Sequence[Judged], margin: float = 0.0) -> TwinVerdicts:
    """Count pairs of an original, side A, and its worse twin, side B."""
    leads = leads_of(judged)
    right, wrong = _decided(leads, margin)
    done = len(leads)
    return TwinVerdicts(
        pairs=len(judged),
        failed=len(judged) - done,
        right=Measured.of(Share(right, done)),
        wrong=Measured.of(Share(wrong, done)),
        undecided=Measured.of(Share(done - right - wrong, done)),
    )


def leads_of(judged: Iterable[Judged]) -> list[float]:
    """By how much each original leads its twin, both orders together."""
    return [-each.difference for each in judged if each.difference is not None]


def _decided(leads: Sequence[float], margin: float) -> tuple[int, int]:
    """How many pairs are right, and how many wrong."""
    return sum(lead > margin for lead in leads), sum(-lead > margin for lead in leads)


def margin_for(judged: Sequence[Judged]) -> float:
    """The smallest margin, in hundredths, with which at most MOST_WRONG of the twins win.

    0 if none is needed, and if it would leave less than half of the right pairs right.
    """
    leads = leads_of(judged)
    allowed = math.floor(MOST_WRONG * len(leads))
    winning = sorted((-lead for lead in leads if lead < 0), reverse=True)
    margin = _hundredths(winning[allowed]) if len(winning) > allowed else 0.0
    is_worth_it = 2 * _decided(leads, margin)[0] >= _decided(leads, 0.0)[0]
    return margin if is_worth_it else 0.0


def at_margins(judged: Sequence[Judged], most: int = 8) -> list[AtMargin]:
    """Results at no margin and at others with which fewer twins win, at most `most` of them."""
    leads = leads_of(judged)
    if not leads:
        return []
    steps = Counter(_hundredths(-lead) for lead in leads if lead < 0)
    margins = [0.0, *sorted(steps)]
    kept = sorted({margins[round(n * (len(margins) - 1) / (most - 1))] for n in range(most)})
    return [_at(leads, margin) for margin in kept]


def _at(leads: Sequence[float], margin: float) -> AtMargin:
    right, wrong = (count / len(leads) for count in _decided(leads, margin))
    return AtMargin(margin=margin, right=right, wrong=wrong, undecided=1 - right - wrong)


def _hundredths(value: float) -> float:
    """Rounded up to a hundredth, ignoring the rounding error of binary fractions."""
    return math.ceil(value * _STEPS - 1e-9) / _STEPS
