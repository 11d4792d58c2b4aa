"""The section on comparisons: are the evolved responses better, and according to whom?"""

from collections.abc import Mapping, Sequence

from runners.comparison.report import ComparisonReport
from runners.people.agreement import OUTCOMES, PairOutcome, People
from runners.report import comparison_tables as tables
from runners.report.comparisons import Comparisons, Shown, last_part
from runners.report.facts import Fact, percent, unfinished_fact
from runners.report.figures.canvas import numbered
from runners.report.figures.judging import Words, draw_verdicts
from runners.report.figures.outcomes import Bar, OutcomeRate, draw_outcomes, draw_win_rates
from runners.report.section import FigurePanel, Notice, Section

_SIDES = Words("A", "B", "A", "B")
_LEAD = (
    "A judge was shown the responses of two sides, A and B, in both orders. B wins where it has "
    "more points over both (Eq. 4)."
)
_TURNS = (
    " Of a conversation each evolved turn is a pair, judged with the history that the agents saw; "
    "intervals are over conversations."
)


def comparison_section(comparisons: Comparisons) -> list[Section]:
    """The section; empty without comparisons."""
    shown = comparisons.shown
    notices = [Notice(f"Left out: {problem.without_folder}") for problem in comparisons.problems]
    if not shown and not notices:
        return []
    section = Section("comparison", "Compared", "Is it better?", notices=notices)
    if not shown:
        return [section]
    has_turns = any(each.report.unit == "turns" for each in shown)
    return [
        section._replace(
            lead=f"{_LEAD}{_TURNS if has_turns else ''} {_named(shown)}",
            subjects=[each.name for each in shown],
            cautions=_cautions(shown),
            facts=[
                [
                    *_facts(each.report),
                    *_unfinished(each.report, shown),
                    *_agreements(each.report, shown),
                ]
                for each in shown
            ],
            notices=[*notices, *map(Notice, _warnings(shown))],
            panels=[*_outcomes(shown), *_people(shown), _verdicts(shown), *_categories(shown)],
            tables=[tables.judge_table(shown), *tables.panel_tables(shown)],
        )
    ]


def _named(shown: Sequence[Shown]) -> str:
    """Says who B, A and the judge are."""
    judges = list(dict.fromkeys(each.report.judge for each in shown))
    if len(shown) == 1:
        return f"B is {shown[0].b}, A is {shown[0].a}; the judge is {judges[0]}."
    return f"The judge is {judges[0]}." if len(judges) == 1 else ""


def _cautions(shown: Sequence[Shown]) -> list[str]:
    """Warnings about judges, to be read before any win rate."""
    return [
        f"{'The judge' if len(shown) == 1 else f'The judge of {each.name}'}: "
        f"{each.report.judge_warning}."
        for each in shown
        if each.report.judge_warning is not None
    ]


def _warnings(shown: Sequence[Shown]) -> list[str]:
    """The warnings without duplicates, with the names of sides used on the page."""
    found: dict[str, None] = {}
    for each in shown:
        names = {side.name: last_part(side.name) for side in (each.report.a, each.report.b)}
        for warning in each.report.warnings:
            for name, short in names.items():
                warning = warning.replace(f"({name})", f"({short})")
            found[warning] = None
    return list(found)


def _facts(report: ComparisonReport) -> list[Fact]:
    orders, interval = report.orders, report.interval
    told = f"95%: {percent(interval[0])} to {percent(interval[1])}" if interval else ""
    controlled = report.length_controlled_win_rate
    flips = f"{orders.always_first:,} to the first, {orders.always_second:,} to the second"
    return [
        Fact("Compared", f"{report.pairs:,} {report.unit}", _of_what(report)),
        Fact("Win rate of B", percent(report.win_rate), told),
        Fact(
            "Length-controlled",
            "unknown" if controlled is None else percent(controlled),
            "the pairs don't tell it" if controlled is None else "as if both were equally long",
        ),
        Fact("Both orders agree", percent(orders.agreement), f"of {orders.judged:,} pairs judged"),
        Fact("Flips", percent(orders.flip_share), flips),
        Fact(
            "First place wins",
            percent(report.first_place_share),
            "of named winners; 50% is no bias",
        ),
        Fact("Unparsable", percent(orders.unparsable_share), "of judgements; they count as ties"),
    ]


def _of_what(report: ComparisonReport) -> str:
    """Says which responses are in no pair, or were not judged."""
    left_out, unasked = report.left_out, report.unasked
    parts = [
        (report.rows if report.unit == "turns" else 0, "conversations"),
        (unasked.get("identical", 0), "identical"),
        (unasked.get("blank", 0), "with a blank response"),
        (report.failed, "failed"),
        (left_out.skipped_turns, "skipped turns left out"),
        (left_out.failed_conversations, "failed conversations left out"),
    ]
    return ", ".join(f"{count:,} {what}" for count, what in parts if count)


def _unfinished(report: ComparisonReport, shown: Sequence[Shown]) -> list[Fact]:
    """Judgements that ended during the thinking, if there are any."""
    if not any(each.report.orders.unfinished_share for each in shown):
        return []
    return [unfinished_fact(report.orders.unfinished_share)]


def _agreements(report: ComparisonReport, shown: Sequence[Shown]) -> list[Fact]:
    """Agreement with people, if any were asked."""
    if all(each.report.human is None for each in shown):
        return []
    told = ("unknown", "nobody was asked") if report.human is None else _agreement(report.human)
    return [Fact("Agrees with people", *told)]


def _agreement(human: People) -> tuple[str, str]:
    kappa = "unknown" if human.kappa is None else f"{human.kappa:.3f}"
    return percent(human.agreement), f"of {human.votes:,} votes; Cohen's kappa {kappa}"


def _outcomes(shown: Sequence[Shown]) -> list[FigurePanel]:
    bars = [
        Bar(each.name, (each.report.wins, each.report.ties, each.report.losses)) for each in shown
    ]
    rates = [
        OutcomeRate(
            each.name,
            each.report.win_rate,
            each.report.interval,
            each.report.length_controlled_win_rate,
        )
        for each in shown
    ]
    wins, is_length = "Wins, ties and losses of B", "Better, or only longer?"
    return [
        FigurePanel(
            wins,
            [draw_outcomes(bars, "comparison_outcomes", wins)],
            "A verdict that can't be parsed counts as a tie; so do identical responses, about "
            "which the judge was not asked.",
            tables.outcomes_table(shown),
        ),
        FigurePanel(
            is_length,
            [draw_win_rates(rates, "comparison_win_rates", is_length)],
            "Win rate: wins and half of the ties. Length-controlled: what it would be if both "
            "responses were equally long, by the logistic regression of AlpacaEval 2; it is "
            "missing where the pairs don't tell.",
            tables.win_rates_table(shown),
        ),
    ]


def _verdicts(shown: Sequence[Shown]) -> FigurePanel:
    title = "Comparison: verdicts in both orders"
    figures = [
        draw_verdicts(
            each.report.orders.verdicts,
            numbered("comparison_verdicts", n, shown),
            title,
            _SIDES,
        )
        for n, each in enumerate(shown, start=1)
    ]
    caption = (
        "Pairs by the verdict with A shown first (down) and with B first (across). Blue pairs are "
        "wins of B: it won once and never lost. Where one order says A and the other B, the same "
        "place won twice: a flip, which is a tie. (A judge that grades decides by its sums.)"
    )
    return FigurePanel(title, figures, caption, tables.verdicts_table(shown))


def _categories(shown: Sequence[Shown]) -> list[FigurePanel]:
    table = tables.categories_table(shown)
    caption = "The same for each kind of row."
    return [FigurePanel("By category", [], caption, table)] if table.rows else []


def _people(shown: Sequence[Shown]) -> list[FigurePanel]:
    """The judge's outcomes and people's votes on the same pairs."""
    asked = [(each, each.report.human) for each in shown if each.report.human is not None]
    if not asked:
        return []
    bars = [
        Bar(f"{who}{f': {each.name}' if len(asked) > 1 else ''}", _counts(said))
        for each, human in asked
        for who, said in (("people", human.human), ("judge", human.judge))
    ]
    title = "People and judge on the same pairs"
    told = " ".join(
        f"{f'{each.name}: ' if len(asked) > 1 else ''}{value} {note}."
        for each, (value, note) in ((each, _agreement(human)) for each, human in asked)
    )
    caption = f"People's votes beside the judge's outcomes (Table 5). They agree: {told}"
    return [
        FigurePanel(
            title,
            [draw_outcomes(bars, "comparison_votes", title)],
            caption,
            tables.votes_table(shown),
        )
    ]


def _counts(said: Mapping[PairOutcome, int]) -> tuple[int, int, int]:
    wins, ties, losses = (said[outcome] for outcome in OUTCOMES)
    return wins, ties, losses
