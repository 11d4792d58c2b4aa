"""Modes: the results for the same pairs in one judge mode."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypedDict

from pydantic import Field

from nodes.judging.fitness import complaints, fitness_in
from nodes.judging.share import Share
from prompts.roles import Seat
from runners.calibration.counts import (
    AtMargin,
    Measured,
    TwinVerdicts,
    at_margins,
    margin_for,
    tally_of,
)
from runners.calibration.spoiling import PADDED, SPOILINGS
from runners.calls.spending import Spending
from runners.calls.spent import Spent, sum_of
from runners.comparison.judged import Judged
from runners.comparison.panel import Agreement, panel_of
from runners.comparison.part import FilePart


class ModeReport(FilePart):
    """The results of one judge mode."""

    spoilt: TwinVerdicts
    """All worse twins."""
    kinds: dict[str, TwinVerdicts]
    """The same by kind of spoiling."""
    margin: float
    """The smallest margin with which few enough worse twins win; 0 if none is needed."""
    with_margin: TwinVerdicts
    """All worse twins, with that margin."""
    margins: list[AtMargin]
    """The same with other margins."""
    padded: TwinVerdicts
    """The twins that are only longer; `wrong` means that they won."""
    longer_wins: Measured
    """Share of decided pairs with a padded twin that the twin won: the length bias."""
    first_place: Measured
    """Share of judgements with a winner that name the response shown first."""
    flips: Measured
    """Pairs whose winner changes with the order."""
    ties: Measured
    """Judgements that call both equal."""
    unparsable: Measured
    """Judgements that state no verdict."""
    unfinished: Measured
    """Judgements that ended during the thinking."""
    complaints: list[str]
    """What is wrong with its verdicts, in words; empty for a healthy judge."""
    input_tokens: float | None
    """Mean per verdict, which is one judgement, or with a panel one of each judge; None if not
    reported."""
    output_tokens: float | None
    cost_usd: float | None
    """Mean per verdict in US dollars; None if unknown."""
    judges: Mapping[str, "ModeReport"] = Field(default={})
    """The results of each judge of a panel by itself, by model; empty for a single judge."""
    agreement: Sequence[Agreement] = ()
    """How far each two of them agree."""

    @property
    def failed(self) -> int:
        """Pairs whose call failed for good."""
        return self.spoilt.failed + self.padded.failed

    @property
    def tokens(self) -> float:
        """Input and output together; infinite if not reported."""
        if self.input_tokens is None or self.output_tokens is None:
            return float("inf")
        return self.input_tokens + self.output_tokens


def mode_report(
    judged: Sequence[Judged], models: Mapping[Seat, str], spending: Spending
) -> ModeReport:
    """Compute a mode's results for all pairs; `spending` knows the prices of the judges' models.

    A panel decides by the sum of its judges' points; each judge is counted by itself as well.
    """
    panel = panel_of(judged, models)
    if panel is None:
        (judge,) = models.values()
        usage = sum_of(each.usage for each in judged)
        return _report(judged, _of_a_verdict(usage, judge, spending))
    judges = {
        model: mode_report([each.panel.get(seat, each) for each in judged], {seat: model}, spending)
        for seat, model in models.items()
    }
    whole = _report(judged, _together(judges.values()))
    return whole.model_copy(update={"judges": judges, "agreement": panel.agreement})


def _report(judged: Sequence[Judged], means: "_Means") -> ModeReport:
    spoilt = [each for each in judged if each.pair.category != PADDED]
    padded = tally_of([each for each in judged if each.pair.category == PADDED])
    made = {each.pair.category for each in spoilt}
    fitness = fitness_in(told for each in judged if (told := each.told) is not None)
    margin = margin_for(spoilt)
    first, second = fitness.position
    return ModeReport(
        spoilt=tally_of(spoilt),
        kinds={
            kind: tally_of([each for each in spoilt if each.pair.category == kind])
            for kind in SPOILINGS
            if kind in made
        },
        margin=margin,
        with_margin=tally_of(spoilt, margin),
        margins=at_margins(spoilt),
        padded=padded,
        longer_wins=Measured.of(Share(padded.wrong.part, padded.decided_rightly.whole)),
        first_place=Measured.of(Share(first, first + second)),
        flips=Measured.of(fitness.flips),
        ties=Measured.of(fitness.ties),
        unparsable=Measured.of(fitness.unparsable),
        unfinished=Measured.of(fitness.unfinished),
        complaints=complaints(fitness, "pairs"),
        **means,
    )


class _Means(TypedDict):
    input_tokens: float | None
    output_tokens: float | None
    cost_usd: float | None


def _together(judges: Iterable[ModeReport]) -> _Means:
    """The usage of one judgement of each of them."""
    said = list(judges)

    def total(means: Iterable[float | None]) -> float | None:
        known = [mean for mean in means if mean is not None]
        return sum(known) if len(known) == len(said) else None

    return _Means(
        input_tokens=total(each.input_tokens for each in said),
        output_tokens=total(each.output_tokens for each in said),
        cost_usd=total(each.cost_usd for each in said),
    )


def _of_a_verdict(spent: Spent, judge: str, spending: Spending) -> _Means:
    """The mean usage of a judgement."""

    def mean(total: float | None) -> float | None:
        return None if total is None or not spent.calls else total / spent.calls

    return _Means(
        input_tokens=mean(spent.tokens["input_tokens"]),
        output_tokens=mean(spent.tokens["output_tokens"]),
        cost_usd=mean(spending.cost_of(judge, spent)),
    )
