"""Judged: a pair of responses and its outcome."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from nodes.judging.fitness import RoundVerdicts
from nodes.scores import Scores
from nodes.state import Verdict
from prompts.roles import Seat
from runners.calls.spent import Spent
from runners.comparison.pairs import Pair
from runners.folder.records import Failure
from runners.people.agreement import PairOutcome

JudgesChoice = Literal["a", "b", "tie", "unparsable", "unfinished"]
"""The judge's verdict on a pair in one order."""
VERDICTS: Mapping[JudgesChoice, Verdict] = {
    "a": "original",
    "b": "edited",
    "tie": "tie",
    "unparsable": "unparsable",
    "unfinished": "unfinished",
}
"""The same in a run's words: A is the original response, B the edited one."""
CHOICES: Mapping[Verdict, JudgesChoice] = {verdict: choice for choice, verdict in VERDICTS.items()}
Unasked = Literal["identical", "blank"]
"""Why the judge was not asked: equal responses, or one is blank and loses."""


class Judged(NamedTuple):
    """A pair and its outcome."""

    pair: Pair
    outcome: PairOutcome | None = None
    """None if the judge could not be asked."""
    a_first: JudgesChoice | None = None
    """The verdict with A as Assistant 1; None if the judge was not asked."""
    b_first: JudgesChoice | None = None
    """The verdict with B as Assistant 1."""
    unasked: Unasked | None = None
    flags: tuple[str, ...] = ()
    """Text that may mislead the judge, as in a round of a run."""
    failure: Failure | None = None
    scores: Scores | None = None
    """s(A) and s(B) over both orders; None if the judge was not asked, or could not be."""
    usage: Spent = Spent()
    """Usage of both judgements, including answers from the journal."""
    panel: "Mapping[Seat, Judged]" = MappingProxyType({})
    """The outcome for each judge of a panel by itself; empty for a single judge."""

    @property
    def difference(self) -> float | None:
        """s(B) - s(A) over both orders; None without scores."""
        return None if self.scores is None else self.scores.difference

    @property
    def choices(self) -> tuple[JudgesChoice | None, JudgesChoice | None]:
        """The verdicts in both orders; None if the judge was not asked."""
        return self.a_first, self.b_first

    @property
    def verdicts(self) -> tuple[Verdict, Verdict] | None:
        """Both verdicts in a run's words; None unless judged in both orders."""
        if self.a_first is None or self.b_first is None:
            return None
        return VERDICTS[self.a_first], VERDICTS[self.b_first]

    @property
    def told(self) -> RoundVerdicts | None:
        """What the pair tells of its judge, or panel; None unless judged in both orders."""
        if (pair := self.verdicts) is None:
            return None
        alone = (each.verdicts for each in self.panel.values())
        return RoundVerdicts(pair, tuple(verdicts for verdicts in alone if verdicts is not None))

    @property
    def is_flip(self) -> bool:
        """Whether the winner changes with the order."""
        return {self.a_first, self.b_first} == {"a", "b"}
