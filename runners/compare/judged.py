"""Judged: a pair of responses, and what came of it."""

from typing import Literal, NamedTuple

from runners.compare.pairs import Pair
from runners.folder.records import Failure

PairOutcome = Literal["win", "tie", "loss"]
"""What came of a pair for side B."""
OUTCOMES: tuple[PairOutcome, ...] = ("win", "tie", "loss")
JudgesChoice = Literal["a", "b", "tie", "unparsable"]
"""What the judge said of a pair in one order."""
Unasked = Literal["identical", "blank"]
"""Why it was not asked: the responses are the same, or one of them is blank and so loses."""


class Judged(NamedTuple):
    """A pair and what came of it."""

    pair: Pair
    outcome: PairOutcome | None = None
    """None if the judge could not be asked."""
    a_first: JudgesChoice | None = None
    """Whom the judge chose with A as Assistant 1; None if it was not asked."""
    b_first: JudgesChoice | None = None
    """Whom it chose with B as Assistant 1."""
    unasked: Unasked | None = None
    flags: tuple[str, ...] = ()
    """As in a round of a run: what may mislead the judge."""
    failure: Failure | None = None

    @property
    def is_flip(self) -> bool:
        """Whether another response wins when the two change places."""
        return {self.a_first, self.b_first} == {"a", "b"}
