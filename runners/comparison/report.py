"""The report of a comparison: the contents of compare.json, computed from the pairs."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from pydantic import AliasChoices, Field

from nodes.judging.fitness import (
    VerdictPair,
    fitness_in,
    is_unfit,
    position_bias,
    warning_of,
)
from prompts.roles import Seat
from runners.calls.spending import Spending
from runners.comparison.judged import VERDICTS, Judged, JudgesChoice, Unasked
from runners.comparison.judging import Comparison
from runners.comparison.panel import Panel, panel_of
from runners.comparison.part import FilePart
from runners.comparison.sides import LeftOut, Side, originals_of
from runners.comparison.win_rates import length_controlled, rates_of
from runners.people.agreement import PairOutcome, People

Unit = Literal["rows", "turns"]
UNREAD: tuple[JudgesChoice, ...] = ("unparsable", "unfinished")
"""Verdicts without a winner that can be read: they count as ties."""


class Characters(FilePart):
    """Mean length of each side's responses in characters; None without any."""

    a: float | None
    b: float | None


class Outcomes(FilePart):
    """Outcomes of some pairs, for side B. Shares are from 0 to 1; None without pairs."""

    pairs: int
    failed: int
    wins: int
    ties: int
    losses: int
    win_rate: float | None
    """See `win_rates.Rates`, also for its interval."""
    interval: tuple[float, float] | None
    length_controlled_win_rate: float | None
    mean_response_characters: Characters = Field(
        validation_alias=AliasChoices("mean_response_characters", "mean_response_letters")
    )
    """Older reports use the second name."""


class PairVerdicts(FilePart):
    """Pairs with these two verdicts."""

    a_first: JudgesChoice
    b_first: JudgesChoice
    pairs: int


class Orders(FilePart):
    """How the two orders relate, over the pairs judged in both."""

    judged: int
    agreement: float | None
    """Share of pairs with the same verdict in both."""
    flips: int
    """Pairs whose winner changes with the order."""
    flip_share: float | None
    always_first: int
    """Flips in which the response shown first wins both times."""
    always_second: int
    unparsable_share: float | None
    """Share of judgements that state no verdict."""
    unfinished_share: float | None = None
    """Share of judgements that ended during the thinking."""
    table: list[PairVerdicts]

    @property
    def verdicts(self) -> Counter[VerdictPair]:
        """Pairs by both verdicts (A shown first, B shown first), in the words of a run."""
        return Counter(
            {(VERDICTS[each.a_first], VERDICTS[each.b_first]): each.pairs for each in self.table}
        )


class SideName(FilePart):
    """Which set of responses a side is."""

    name: str
    writers: list[str]


class JudgeCalls(FilePart):
    """The usage of the comparison over all resumes."""

    answered: int
    input_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None
    cache_written_tokens: int | None = None
    cache_written_1h_tokens: int | None = None
    cost_usd: float | None
    cached_share: float | None = None
    saved_usd: float | None = None

    @classmethod
    def of(cls, spending: Spending) -> "JudgeCalls":
        """What was spent on it."""
        spent = spending.total
        return cls(
            answered=spent.calls,
            **spent.tokens,
            cost_usd=spending.cost,
            cached_share=spent.cached_share,
            saved_usd=spending.saved,
        )


class Caution(FilePart):
    """Warnings to read before any figure. A base class, so that they come first in compare.json."""

    judge_unfit: bool = False
    """Whether the judge's verdicts, and so the win rate, carry no information."""
    judge_warning: str | None = None
    """What is wrong with the judge's verdicts, and what to do; None if nothing is."""


class ComparisonReport(Outcomes, Caution):
    """The contents of compare.json."""

    a: SideName
    b: SideName
    judge: str
    warnings: list[str]
    unit: Unit
    """What a pair is: a row, or a turn of a conversation."""
    rows: int
    """Number of rows that the pairs come from."""
    left_out: LeftOut
    unasked: dict[Unasked, int]
    orders: Orders
    categories: dict[str, Outcomes]
    human: People | None
    calls: JudgeCalls
    panel: Panel | None = None
    """Statistics of each judge of a panel; None for a single judge, and in older reports."""

    @property
    def first_place_share(self) -> float | None:
        """Share of the judgements with a winner that name the response shown first."""
        if self.panel is not None:
            return self.panel.first_place_share
        return position_bias(self.orders.verdicts).share_first

    @property
    def is_of_one_run(self) -> bool:
        """Whether side A are the original responses of side B's run."""
        return self.a.name == originals_of(self.b.name)


def comparison_report(
    comparison: Comparison,
    sides: tuple[Side, Side],
    judges: Mapping[Seat, str],
    human: People | None,
) -> ComparisonReport:
    """Compute the contents of compare.json; `judges` are the judges' models."""
    judged, spent = comparison.judged, comparison.spent
    a, b = (SideName(name=side.name, writers=sorted(side.writers)) for side in sides)
    fitness = fitness_in(told for each in judged if (told := each.told) is not None)
    kinds = {each.pair.category for each in judged} - {None}
    return ComparisonReport(
        **dict(_outcomes(judged)),
        judge_unfit=is_unfit(fitness),
        judge_warning=warning_of(fitness, "pairs"),
        a=a,
        b=b,
        judge=", ".join(judges.values()),
        warnings=[line for judge in judges.values() for line in warnings_of(sides, judge)],
        unit="rows" if all(each.pair.turn is None for each in judged) else "turns",
        rows=len({each.pair.position for each in judged}),
        left_out=sides[1].left_out,
        unasked=Counter(each.unasked for each in judged if each.unasked),
        orders=_orders(judged),
        categories={
            kind: _outcomes([each for each in judged if each.pair.category == kind])
            for kind in sorted(map(str, kinds))
        },
        human=human,
        calls=JudgeCalls.of(spent),
        panel=panel_of(judged, judges),
    )


def warnings_of(sides: Iterable[Side], judge: str) -> list[str]:
    """Known reasons for the judge to be partial: it wrote or chose some of the responses."""
    names = {judge, judge.partition(":")[2]} - {""}
    found: list[str] = []
    for side in sides:
        if names & side.writers:
            found.append(
                f"{judge} judges responses that it has written itself, or helped to "
                f"({side.name}); judges prefer their own: take another one"
            )
        elif side.judge == judge:
            found.append(
                f"{judge} judges responses that it has chosen itself ({side.name}); "
                "another judge is the fairer test"
            )
    return found


def _orders(judged: Sequence[Judged]) -> Orders:
    table: Counter[tuple[JudgesChoice, JudgesChoice]] = Counter(
        (each.a_first, each.b_first)
        for each in judged
        if each.a_first is not None and each.b_first is not None
    )
    asked = table.total()
    agree = sum(count for (one, two), count in table.items() if one == two not in UNREAD)
    flips = table["a", "b"] + table["b", "a"]
    unparsable, unfinished = (
        sum(count * pair.count(unread) for pair, count in table.items()) for unread in UNREAD
    )
    return Orders(
        judged=asked,
        agreement=agree / asked if asked else None,
        flips=flips,
        flip_share=flips / asked if asked else None,
        always_first=table["a", "b"],
        always_second=table["b", "a"],
        unparsable_share=unparsable / (2 * asked) if asked else None,
        unfinished_share=unfinished / (2 * asked) if asked else None,
        table=[
            PairVerdicts(a_first=one, b_first=two, pairs=count)
            for (one, two), count in table.most_common()
        ],
    )


def _outcomes(judged: Sequence[Judged]) -> Outcomes:
    done: list[tuple[PairOutcome, int]] = [
        (each.outcome, each.pair.position) for each in judged if each.outcome is not None
    ]
    rates = rates_of([outcome for outcome, _ in done], [row for _, row in done])
    pairs = [each.pair for each in judged]
    return Outcomes(
        pairs=len(judged),
        failed=len(judged) - len(done),
        **rates._asdict(),
        length_controlled_win_rate=length_controlled(judged),
        mean_response_characters=Characters(
            a=sum(len(pair.a) for pair in pairs) / len(pairs) if pairs else None,
            b=sum(len(pair.b) for pair in pairs) / len(pairs) if pairs else None,
        ),
    )
