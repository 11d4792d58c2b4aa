"""Counts: how often a judge was right about twins that are known to be worse."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Self

from nodes.judging.share import Share
from runners.comparison.judged import Judged
from runners.comparison.part import FilePart

MOST_WRONG = 0.05
"""Share of worse twins that may win with a margin that is good enough."""
_STEPS = 100
"""Margins are told in hundredths."""


class Measured(FilePart):
    """A count out of others, its share of 1, and the 95% Wilson interval of that; None of none."""

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
    """What a judge made of some twins, by both orders together."""

    pairs: int
    failed: int
    """Pairs whose call failed for good; they are in none of the shares."""
    right: Measured
    """The original won."""
    wrong: Measured
    """The worse twin won."""
    undecided: Measured
    """Neither did."""

    @property
    def decided_rightly(self) -> Share:
        """The right ones of those that were decided."""
        return Share(self.right.part, self.right.part + self.wrong.part)


class AtMargin(FilePart):
    """What would come of the same judgements if a winner had to lead by more than a margin."""

    margin: float
    right: float
    """Share of 1 of the pairs judged, as the others."""
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
    """By how much each original leads over its twin, both orders together."""
    return [-each.difference for each in judged if each.difference is not None]


def _decided(leads: Sequence[float], margin: float) -> tuple[int, int]:
    """How many are right, and how many wrong."""
    return sum(lead > margin for lead in leads), sum(-lead > margin for lead in leads)


def margin_for(judged: Sequence[Judged]) -> float:
    """The least margin, in hundredths, with which no more than MOST_WRONG of the twins win.

    0 where none is needed, and where it would leave less than half of the right ones right.
    """
    leads = leads_of(judged)
    allowed = math.floor(MOST_WRONG * len(leads))
    winning = sorted((-lead for lead in leads if lead < 0), reverse=True)
    margin = _hundredths(winning[allowed]) if len(winning) > allowed else 0.0
    is_worth_it = 2 * _decided(leads, margin)[0] >= _decided(leads, 0.0)[0]
    return margin if is_worth_it else 0.0


def at_margins(judged: Sequence[Judged], most: int = 8) -> list[AtMargin]:
    """What margins would do: none, and others at which fewer twins win; at most so many."""
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
    """Rounded up; the least excess of a binary fraction is none."""
    return math.ceil(value * _STEPS - 1e-9) / _STEPS
