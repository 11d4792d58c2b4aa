"""The report of a review: people's verdicts beside the judge's, in numbers."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from nodes.counted import counted
from nodes.human import PersonsChoice
from nodes.state import Outcome
from runners.folder.opened import OpenedRun, open_run
from runners.people.agreement import PairOutcome, People, people_of
from runners.people.overruling import overruled_outcome
from runners.people.rounds import rounds_of_all_rows
from runners.people.verdicts import Standing, decisions_of, read_verdicts

OUTCOME_OF: dict[PersonsChoice, PairOutcome] = {"edited": "win", "original": "loss", "tie": "tie"}
"""A person's choice as an outcome for the edit."""


class ReviewReport(BaseModel):
    """People's verdicts on a run's rounds; wins are the edit's."""

    model_config = ConfigDict(extra="forbid")

    rounds: int
    """Rounds with a verdict."""
    people: People
    """Each verdict beside the outcome that the judge came to."""
    edits_taken: int
    """Responses whose last edit people prefer, although it had not won."""
    edits_given_back: int
    """Responses with an edit that had won, although people prefer what it replaced."""
    left_share: float | None
    """Share of chosen sides that were the left one: 0.5 without bias; None if no side was
    chosen."""
    outdated: int
    """Verdicts on rounds that have changed or are gone; they are not counted elsewhere."""

    @property
    def overruled(self) -> int:
        """Responses for which people overrule the judge."""
        return self.edits_taken + self.edits_given_back

    @property
    def stamp(self) -> dict[str, int]:
        """What a file that follows people's verdicts records about them."""
        told = ("rounds", "edits_taken", "edits_given_back", "outdated")
        return {name: getattr(self, name) for name in told}


def review_of(run: OpenedRun) -> ReviewReport | None:
    """Count people's verdicts on a run; None if nobody has reviewed it.

    Raises UsageError or StorageError if the verdicts can't be read.
    """
    verdicts = read_verdicts(run.folder.path)
    return _report(run, verdicts) if verdicts else None


def results_of(run: Path) -> ReviewReport | None:
    """The same for a run that is not open. Raises UsageError if there is none, too."""
    with open_run(run) as opened:
        return review_of(opened)


def _report(run: OpenedRun, verdicts: Standing) -> ReviewReport:
    margin, decisions = run.run_file.settings.context.margin, decisions_of(verdicts)
    by_judge: dict[str, PairOutcome] = {}
    overruled: dict[tuple[int, int | None], Outcome] = {}
    for each in rounds_of_all_rows(run):
        if (choice := decisions.get(name := each.named.name)) is None:
            continue
        by_judge[name] = each.outcome(margin)
        if (outcome := overruled_outcome(each.round, choice)) is not None:
            overruled.setdefault((each.position, each.turn), outcome)  # later rounds follow it
    people = people_of(_beside(verdicts, by_judge))
    return ReviewReport(
        rounds=len(by_judge),
        people=people,
        edits_taken=sum(outcome == "improved" for outcome in overruled.values()),
        edits_given_back=sum(outcome == "not_improved" for outcome in overruled.values()),
        left_share=_left_share(verdicts),
        outdated=len(verdicts) - people.votes,
    )


def _beside(
    verdicts: Standing, by_judge: dict[str, PairOutcome]
) -> Iterator[tuple[PairOutcome, PairOutcome]]:
    for each in verdicts.values():
        if each.verdict is not None and each.round in by_judge:
            yield by_judge[each.round], OUTCOME_OF[each.verdict]


def _left_share(verdicts: Standing) -> float | None:
    sides = [each for each in verdicts.values() if each.verdict in ("edited", "original")]
    left = sum((each.verdict == "edited") == (each.edit_side == "left") for each in sides)
    return left / len(sides) if sides else None


def review_lines(report: ReviewReport) -> Iterator[str]:
    """The report in words."""
    people = report.people
    said = people.human
    yield (
        f"{counted(people.votes, 'verdict')} of people on {counted(report.rounds, 'round')}: "
        f"{said['win']:,} for the edit, {said['loss']:,} for what it would replace, "
        f"{counted(said['tie'], 'tie')}"
    )
    yield (
        f"the edit's win rate: {_percent(people.win_rate)} by people, "
        f"{_percent(people.judge_win_rate)} by the judge"
    )
    kappa = "unknown" if people.kappa is None else f"{people.kappa:.3f}"
    yield f"people and judge agree in {_percent(people.agreement)}; Cohen's kappa {kappa}"
    yield (
        f"people overrule the judge on {counted(report.overruled, 'response')}: "
        f"{counted(report.edits_taken, 'edit')} to be taken, {report.edits_given_back:,} to be "
        "given back"
    )
    yield f"of the sides chosen {_percent(report.left_share)} were the left one"
    if report.outdated:
        many = counted(report.outdated, "verdict")
        yield f"{many} of rounds that have changed since: not counted"


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{share:.1%}"
