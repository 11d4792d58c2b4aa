"""Judged: a pair of responses, and what came of it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from nodes.scores import Scores
from nodes.state import Verdict
from prompts.roles import Seat
from runners.calls.spent import Spent
from runners.comparison.pairs import Pair
from runners.folder.records import Failure
from runners.people.agreement import PairOutcome

JudgesChoice = Literal["a", "b", "tie", "unparsable", "unfinished"]
"""What the judge said of a pair in one order."""
VERDICTS: Mapping[JudgesChoice, Verdict] = {
    "a": "original",
    "b": "edited",
    "tie": "tie",
    "unparsable": "unparsable",
    "unfinished": "unfinished",
}
"""The same in the words of a run, whose original response is A here, and whose edited one B."""
CHOICES: Mapping[Verdict, JudgesChoice] = {verdict: choice for choice, verdict in VERDICTS.items()}
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
    scores: Scores | None = None
    """s(A) and s(B) over both orders; None if the judge was not asked, or could not be."""
    usage: Spent = Spent()
    """What both judgements took, those from the journal included."""
    panel: "Mapping[Seat, Judged]" = MappingProxyType({})
    """What each judge of a panel makes of the pair by itself; empty where one judges alone."""

    @property
    def difference(self) -> float | None:
        """s(B) - s(A) over both orders; None without scores."""
        return None if self.scores is None else self.scores.difference

    @property
    def choices(self) -> tuple[JudgesChoice | None, JudgesChoice | None]:
        """Whom the judge chose in both orders; None where it was not asked."""
        return self.a_first, self.b_first

    @property
    def verdicts(self) -> tuple[Verdict, Verdict] | None:
        """Both verdicts in the words of a run; None if the judge was not asked in both orders."""
        if self.a_first is None or self.b_first is None:
            return None
        return VERDICTS[self.a_first], VERDICTS[self.b_first]

    @property
    def is_flip(self) -> bool:
        """Whether another response wins when the two change places."""
        return {self.a_first, self.b_first} == {"a", "b"}
