"""The section on people: their verdicts in `coevol review` beside the judge's."""

from collections.abc import Sequence

from runners.people.agreement import OUTCOMES
from runners.people.report import ReviewReport
from runners.report.facts import Fact, percent
from runners.report.figures.outcomes import Bar, draw_outcomes
from runners.report.section import FigurePanel, Section
from runners.report.source import RunReading
from runners.report.tables import Table

_CALLED = ("the edit", "a tie", "what it would replace")


def people_section(readings: Sequence[RunReading]) -> list[Section]:
    """The section; empty if nobody reviewed."""
    found = [(each.name, each.review) for each in readings if each.review is not None]
    if not found:
        return []
    return [
        Section(
            "people",
            "People",
            "What people say",
            lead="People judged rounds of this run without being told which response was the edit "
            "(coevol review). Their word changes no file of the run; coevol export --human takes "
            "it.",
            subjects=[name for name, _ in found],
            facts=[_facts(review) for _, review in found],
            panels=[_panel(found)],
        )
    ]


def _facts(review: ReviewReport) -> list[Fact]:
    people = review.people
    kappa = "unknown" if people.kappa is None else f"{people.kappa:.3f}"
    outdated = f"; {review.outdated:,} outdated" if review.outdated else ""
    overruled = f"{review.edits_taken:,} to the edit, {review.edits_given_back:,} back from it"
    return [
        Fact("Reviewed", f"{review.rounds:,} rounds", f"{people.votes:,} verdicts{outdated}"),
        Fact("Win rate of edits", percent(people.win_rate), "by people; half of the ties"),
        Fact("By the judge", percent(people.judge_win_rate), "of the same rounds"),
        Fact("Agree", percent(people.agreement), f"Cohen's kappa {kappa}"),
        Fact("Overruled", f"{review.overruled:,} responses", overruled),
        Fact("Left chosen", percent(review.left_share), "of sides chosen; 50% is no bias"),
    ]


def _panel(found: Sequence[tuple[str, ReviewReport]]) -> FigurePanel:
    title = "People and judge on the same rounds"
    bars = [
        Bar(f"{who}{f': {name}' if len(found) > 1 else ''}", (wins, ties, losses))
        for name, review in found
        for who, said in (("people", review.people.human), ("judge", review.people.judge))
        for wins, ties, losses in [[said[outcome] for outcome in OUTCOMES]]
    ]
    caption = "Whom people chose, and what the judge came to over both orders."
    figure = draw_outcomes(bars, "people", title, _CALLED)
    return FigurePanel(title, [figure], caption, _table(found))


def _table(found: Sequence[tuple[str, ReviewReport]]) -> Table:
    rows = [
        (name, cell.judge, cell.human, cell.votes)
        for name, review in found
        for cell in review.people.table
    ]
    return Table("people", ("run", "judge", "people", "verdicts"), [*rows])
