"""Tables of comparisons: the numbers behind the figures, as CSV and on the page."""

from collections.abc import Callable, Iterable, Sequence
from itertools import product

from runners.comparison.judged import CHOICES
from runners.comparison.report import ComparisonReport, Outcomes
from runners.report.comparisons import Shown
from runners.report.facts import share_of
from runners.report.judging import ALL_VERDICTS, shown_verdicts
from runners.report.panel_tables import AGREEMENT, HABITS, agreement_cells, judge_cells
from runners.report.tables import Cell, Table


def outcomes_table(shown: Sequence[Shown]) -> Table:
    """Wins, ties and losses of B."""
    columns = ("judge", "unit", "rows", "pairs", "failed", "wins", "ties", "losses")

    def rows(report: ComparisonReport) -> Iterable[tuple[Cell, ...]]:
        yield tuple(getattr(report, name) for name in columns)

    return _table("comparison_outcomes", columns, shown, rows)


_RATES = ("win_rate", "win_rate_low", "win_rate_high", "length_controlled_win_rate")


def _rates(outcomes: Outcomes) -> tuple[Cell, ...]:
    interval = outcomes.interval or (None, None)
    return (outcomes.win_rate, *interval, outcomes.length_controlled_win_rate)


def win_rates_table(shown: Sequence[Shown]) -> Table:
    """Win rates of B, and mean lengths of both sides in characters."""

    def rows(report: ComparisonReport) -> Iterable[tuple[Cell, ...]]:
        characters = report.mean_response_characters
        yield (*_rates(report), characters.a, characters.b)

    columns = (*_RATES, "mean_characters_a", "mean_characters_b")
    return _table("comparison_win_rates", columns, shown, rows)


def categories_table(shown: Sequence[Shown]) -> Table:
    """The same for each kind of row."""

    def rows(report: ComparisonReport) -> Iterable[tuple[Cell, ...]]:
        for kind, found in report.categories.items():
            yield (kind, found.pairs, found.wins, found.ties, found.losses, *_rates(found))

    columns = ("category", "pairs", "wins", "ties", "losses", *_RATES)
    return _table("comparison_categories", columns, shown, rows)


def verdicts_table(shown: Sequence[Shown]) -> Table:
    """Pairs judged in both orders, by both verdicts."""

    def rows(report: ComparisonReport) -> Iterable[tuple[Cell, ...]]:
        found = report.orders.verdicts
        for one, two in product(shown_verdicts(found), repeat=2):
            count = found[one, two]
            yield CHOICES[one], CHOICES[two], count, share_of(count, report.orders.judged)

    columns = ("a_first", "b_first", "pairs", "share")
    return _table("comparison_verdicts", columns, shown, rows)


def judge_table(shown: Sequence[Shown]) -> Table:
    """How far the judge can be trusted, and what it took."""

    def rows(report: ComparisonReport) -> Iterable[tuple[Cell, ...]]:
        orders, calls, human = report.orders, report.calls, report.human
        unread = (orders.unparsable_share, orders.unfinished_share)
        shares = (orders.agreement, orders.flip_share, report.first_place_share, *unread)
        people = (
            (None, None, None) if human is None else (human.votes, human.agreement, human.kappa)
        )
        spent = (calls.answered, calls.input_tokens, calls.output_tokens, calls.cost_usd)
        yield (report.judge, orders.judged, *shares, *people, *spent)

    unread = ("unparsable_share", "unfinished_share")
    shares = ("agreement_share", "flip_share", "first_place_share", *unread)
    people = ("votes", "people_agree_share", "kappa")
    spent = ("calls", "input_tokens", "output_tokens", "cost_usd")
    columns = ("judge", "judged_twice", *shares, *people, *spent)
    return _table("comparison_judge", columns, shown, rows)


def panel_tables(shown: Sequence[Shown]) -> list[Table]:
    """Each judge's verdicts and biases, and how far each two agree; empty without a panel."""
    if all(each.report.panel is None for each in shown):
        return []

    def judges(report: ComparisonReport) -> Iterable[tuple[Cell, ...]]:
        return judge_cells(report.panel.model_dump(), choices) if report.panel else ()

    def agreement(report: ComparisonReport) -> Iterable[tuple[Cell, ...]]:
        return agreement_cells(report.panel.model_dump()["agreement"]) if report.panel else ()

    choices = [CHOICES[verdict] for verdict in ALL_VERDICTS]
    columns = ("judge", *choices, *HABITS)
    return [
        _table("comparison_panel", columns, shown, judges),
        _table("comparison_agreement", AGREEMENT, shown, agreement),
    ]


def votes_table(shown: Sequence[Shown]) -> Table:
    """People's votes by the judge's outcome for the same pair (Table 5)."""

    def rows(report: ComparisonReport) -> Iterable[tuple[Cell, ...]]:
        for each in report.human.table if report.human else ():
            yield each.judge, each.human, each.votes

    return _table("comparison_votes", ("judge_says", "people_say", "votes"), shown, rows)


def _table(
    name: str,
    columns: tuple[str, ...],
    shown: Sequence[Shown],
    rows: Callable[[ComparisonReport], Iterable[tuple[Cell, ...]]],
) -> Table:
    found = [(each.name, *row) for each in shown for row in rows(each.report)]
    return Table(name, ("comparison", *columns), found)
