"""Progress of a comparison: pairs judged and their outcomes so far."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from runners.calls.run_admission import RunAdmission
from runners.calls.spending import Spending
from runners.comparison.judged import Judged
from runners.people.agreement import PairOutcome
from runners.run.judge_watch import JudgeWatch
from runners.run.watch import Moment, Watch


@dataclass(frozen=True, kw_only=True)
class ComparisonSnapshot(Moment):
    """A comparison at one moment; outcomes are side B's."""

    called: ClassVar[tuple[str, str, str]] = ("wins", "ties", "losses")
    """The names of its outcomes."""
    pairs: int
    wins: int
    ties: int
    losses: int

    @property
    def total(self) -> int:
        """All pairs."""
        return self.pairs

    @property
    def in_words(self) -> list[str]:
        """Pairs and their outcomes, in words."""
        counts = zip((self.wins, self.ties, self.losses), self.called, strict=True)
        return [
            f"{self.done}/{self.pairs} pairs",
            *(f"{count} {called}" for count, called in counts),
            *([f"{self.failed} failed"] if self.failed else []),
        ]


class ComparisonView(Watch):
    """Follows a comparison: its calls, its spending, and the pairs judged."""

    unit = "pairs"

    def __init__(
        self,
        judged: Sequence[Judged],
        admission: RunAdmission,
        spending: Spending,
        judge: JudgeWatch,
        kind: type[ComparisonSnapshot] = ComparisonSnapshot,
    ) -> None:
        """Begin with the pairs that need no judge and have an outcome already."""
        self._outcomes: Counter[PairOutcome] = Counter(
            each.outcome for each in judged if each.outcome
        )
        self._kind = kind
        self._pairs = len(judged)
        self._unasked = self._outcomes.total()
        self._failed = 0
        self._last_error: str | None = None
        super().__init__(admission, spending, judge)

    @property
    def left(self) -> int:
        """Pairs still to be judged."""
        return self._pairs - self._outcomes.total() - self._failed

    def add(self, judged: Judged) -> None:
        """Count a pair that is judged, or could not be."""
        self.judge.add(judged.told)
        if judged.outcome is not None:
            self._outcomes[judged.outcome] += 1
        if judged.failure is not None:
            self._failed += 1
            self._last_error = f"{judged.failure.error}: {judged.failure.message}"

    @property
    def outcomes(self) -> dict[str, int]:
        """Pairs by outcome, for side B."""
        said = zip(self._kind.called, ("win", "tie", "loss"), strict=True)
        counts = {called: self._outcomes[outcome] for called, outcome in said}
        return {**counts, "failed": self._failed, "left": self.left}

    def snapshot(self) -> ComparisonSnapshot:
        """The present state."""
        done = self._pairs - self.left
        return self._kind(
            pairs=self._pairs,
            done=done,
            wins=self._outcomes["win"],
            ties=self._outcomes["tie"],
            losses=self._outcomes["loss"],
            failed=self._failed,
            last_error=self._last_error,
            judge=self.judge.in_words,
            **self._measure(done - self._unasked, self._pairs - self._unasked),
        )
