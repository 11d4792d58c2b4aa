"""The view of a run at work: where it stands, how fast it goes, when it will be done."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from nodes.counted import noun
from nodes.orders import fitness_verdicts_of
from nodes.unchanged import Edits, LastEdits
from runners.calls.observer import CallObservers
from runners.calls.run_admission import RunAdmission
from runners.calls.spending import Spending
from runners.folder.ledger import Counts
from runners.folder.records import Record, rounds_of
from runners.run.judge_watch import JudgeWatch
from runners.run.watch import Moment, Watch


@dataclass(frozen=True, kw_only=True)
class Snapshot(Moment):
    """A run at one moment."""

    rows: int
    finished: int
    passed: int
    """Those of the finished that passed untouched, such as all outside of a sample."""
    improved: int
    rounds: int
    """Rounds run since this start."""
    all_counted: bool = True
    """Whether `rows` are all; False while those of a large dataset are still being counted."""

    @property
    def total(self) -> int:
        """All rows."""
        return self.rows

    @property
    def in_words(self) -> list[str]:
        """Rows, how many improved, also of those that were evolved, and failed, and rounds."""
        evolved = self.finished - self.passed
        share = f" ({self.improved / evolved:.0%})" if evolved else ""
        return [
            f"{self.done}/{self.rows}{'' if self.all_counted else '+'} rows",
            f"{self.improved} improved{share}",
            *([f"{self.failed} failed"] if self.failed else []),
            f"{self.rounds} {noun(self.rounds, 'round')}",
        ]


class RunView(Watch):
    """Follows a run from its calls, its spending, its judge and the rows that finish."""

    def __init__(
        self,
        counts: Counts,
        admission: RunAdmission,
        spending: Spending,
        judge: JudgeWatch,
        edits: LastEdits | None = None,
        passed: int = 0,
    ) -> None:
        """`edits` are those of earlier starts; of the rows counted so many `passed` untouched."""
        self._counts: Counts = counts
        self._passed = passed
        self._last_edits = edits or LastEdits()
        self._rounds = 0
        self._all_counted = True
        self._last_error: str | None = None
        super().__init__(admission, spending, judge)

    @property
    def counts(self) -> Counts:
        """Rows by what became of them, over all resumes."""
        return self._counts

    def came_in(self, more: Counts, *, are_all: bool) -> None:
        """Count rows that came in while the run is at work; whether these were the last."""
        self._all_counted = are_all
        self._passed += more.finished  # what is done as it comes in has passed
        self._counts = Counts(*map(sum, zip(self._counts, more, strict=True)))

    @property
    def edits(self) -> Edits:
        """Those of its last rounds, earlier starts' among them."""
        return self._last_edits.counts

    def add(self, record: Record) -> None:
        """Count a row that is done."""
        finished, improved, failed = self._counts[1:]
        improved += record.accepted > 0
        rounds = rounds_of(record)
        self._rounds += len(rounds)
        self._last_edits.add(rounds)
        for each in rounds:
            self.judge.add(fitness_verdicts_of(each))
        if record.failure is None:
            finished += 1
        else:
            failed += 1
            self._last_error = f"{record.failure.error}: {record.failure.message}"
        self._counts = Counts(self._counts.rows, finished, improved, failed)

    @property
    def outcomes(self) -> dict[str, int]:
        """Rows by what became of them, each in one place."""
        _, finished, improved, failed = self._counts
        unchanged, left = finished - improved, self._counts.left
        return {"improved": improved, "unchanged": unchanged, "failed": failed, "left": left}

    def snapshot(self) -> Snapshot:
        """Look at the run now."""
        counts = self._counts
        return Snapshot(
            rows=counts.rows,
            done=counts.done,
            finished=counts.finished,
            passed=self._passed,
            improved=counts.improved,
            failed=counts.failed,
            rounds=self._rounds,
            all_counted=self._all_counted,
            last_error=self._last_error,
            judge=self.judge.in_words,
            editor=self.edits.in_words,
            **self._measure(counts.done, counts.rows),
        )


class Follower(Protocol):
    """Who is told how a run goes."""

    @property
    def observers(self) -> CallObservers:
        """Who is told of each call; nobody unless somebody asked."""
        ...

    def say(self, text: str) -> None:
        """Hear a line that is meant for a person."""
        ...

    def warn(self, text: str) -> None:
        """Hear of something that is wrong although the run goes on."""
        ...

    def follow(self, view: RunView) -> AbstractAsyncContextManager[None]:
        """Watch the run for as long as the block lasts."""
        ...

    async def row(self, record: Record) -> None:
        """Hear of a row that is done, and on the disk."""
        ...
