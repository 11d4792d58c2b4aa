"""Judging: how far the judge can be trusted (section 2.2, Eq. 3 and 4)."""

import math
from collections.abc import Mapping

from nodes.judging.share import Share
from nodes.orders import ORDERS, judgement_of, judges_of
from nodes.state import Judgement, Verdict

MEAN = "mean"
"""The mean over both orders of one judge."""

VERDICTS: tuple[Verdict, ...] = ("edited", "tie", "original", "unparsable")
"""The order of verdicts in the verdict table."""
ALL_VERDICTS: tuple[Verdict, ...] = (*VERDICTS, "unfinished")
"""With the verdict that only judges who think can give."""
WINS = (
    ("edited", "edited"),
    ("edited", "tie"),
    ("edited", "unparsable"),
    ("tie", "edited"),
    ("unparsable", "edited"),
    ("edited", "unfinished"),
    ("unfinished", "edited"),
)
"""Pairs of verdicts with which the edited response wins; `unparsable` counts as a tie (Eq. 4)."""
RATIO_EDGES = (0.0, 0.5, 0.8, 0.95, 1.05, 1.25, 1.5, 2.0, 3.0, math.inf)
"""Bins of length ratios for acceptance, finer around 1."""


def shown_verdicts(verdicts: Mapping[tuple[str, str], int]) -> tuple[Verdict, ...]:
    """The verdicts to show for these pairs: `unfinished` only if it occurs."""
    return ALL_VERDICTS if any("unfinished" in pair for pair in verdicts) else VERDICTS


class Acceptance:
    """Judged edits by length ratio to the present response: is longer winning?"""

    def __init__(self) -> None:
        self.judged = [0] * (len(RATIO_EDGES) - 1)
        self.accepted = [0] * (len(RATIO_EDGES) - 1)

    def add(self, ratio: float, *, accepted: bool) -> None:
        """Count an edit; `ratio` is its length over that of the response it would replace."""
        place = next(i for i, edge in enumerate(RATIO_EDGES[1:]) if ratio < edge)
        self.judged[place] += 1
        self.accepted[place] += accepted

    @property
    def shares(self) -> list[Share]:
        """Accepted edits among the judged ones, for each bin of RATIO_EDGES."""
        return [Share(*counts) for counts in zip(self.accepted, self.judged, strict=True)]


BINS = 20
"""Number of bins for a probability, 0 to 1."""


class ChanceCounts:
    """How likely judges named the edit in mode `probability`: in either order, and the mean."""

    def __init__(self) -> None:
        self.counts = {name: [0] * BINS for name in (*ORDERS, MEAN)}
        self.bounds = 0
        """Judgements in which the loser's probability is only an upper bound."""

    def add(self, judgements: Mapping[str, Judgement]) -> None:
        """Count a judged round; unparsable judgements are in no bin."""
        read = {name: each for name, each in judgements.items() if "unparsable" not in each}
        for name, each in read.items():
            order = next((order for order in ORDERS if name.startswith(order)), None)
            if order is not None:
                self._count(order, each["edited_score"])
                self.bounds += "is_bound" in each
        for judge in judges_of(read):
            both = [read.get(judgement_of(order, judge)) for order in ORDERS]
            said = [each["edited_score"] for each in both if each is not None]
            if len(said) == len(ORDERS):
                self._count(MEAN, sum(said) / len(said))

    def _count(self, name: str, chance: float) -> None:
        self.counts[name][min(int(chance * BINS), BINS - 1)] += 1
