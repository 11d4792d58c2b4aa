"""The section on calibrations: can the judge tell better from worse?"""

from collections.abc import Sequence

from prompts.roles import JudgeMode
from runners.calibration.counts import TwinVerdicts
from runners.calibration.spoiling import MEANINGS, PADDED
from runners.report import calibration_tables as tables
from runners.report.calibration_tables import Calibration
from runners.report.facts import Fact, percent
from runners.report.figures.outcomes import Bar, draw_outcomes
from runners.report.section import FigurePanel, Section

_CALLED = ("original won: right", "undecided", "worse twin won: wrong")


def calibration_section(found: Sequence[Calibration]) -> list[Section]:
    """The section; empty without calibrations."""
    if not found:
        return []
    return [
        Section(
            "calibration",
            "Calibration",
            "Does the judge tell better from worse?",
            lead="coevol calibrate showed the judge responses of a dataset beside twins known to "
            f"be worse, in both orders. {' '.join(map(_made, found))}",
            subjects=[each.name for each in found],
            cautions=[f"{each.report.recommendation.words}." for each in found],
            facts=[_facts(each) for each in found],
            panels=[_modes(found), *_judges(found), *_kinds(found), _margins(found)],
            tables=[tables.biases_table(found), *tables.agreement_tables(found)],
        )
    ]


def _made(each: Calibration) -> str:
    report = each.report
    return f"{report.judge} on {report.rows:,} rows of {report.data}, {report.made} UTC."


def _facts(each: Calibration) -> list[Fact]:
    """Results in the recommended mode, or in the first one."""
    report, mode = each.report, _shown_mode(each)
    found = report.modes[mode]
    margin = f"margin {found.margin:g}" if found.margin else "no margin"
    tally = found.with_margin
    kinds = ", ".join(kind for kind in report.twins if kind != PADDED)
    return [
        Fact("Can judge", "yes" if report.recommendation.fit else "no", report.judge),
        Fact("Mode", mode, margin),
        Fact("Right", percent(tally.right.share), f"of {tally.right.whole:,} twins: {kinds}"),
        Fact("Wrong", percent(tally.wrong.share), "a worse twin won"),
        Fact("First place wins", percent(found.first_place.share), "50% is no bias"),
        Fact("Longer wins", percent(found.longer_wins.share), "of twins that say all twice"),
        Fact("Unparsable", percent(found.unparsable.share), "of judgements; they count as ties"),
    ]


def _shown_mode(each: Calibration) -> JudgeMode:
    """The recommended mode, or the first one."""
    return each.report.recommendation.mode or next(iter(each.report.modes))


def _modes(found: Sequence[Calibration]) -> FigurePanel:
    title = "Worse twins, by judge mode"
    bars = [
        _bar(_label(found, each, mode), report.spoilt)
        for each in found
        for mode, report in each.report.modes.items()
    ]
    caption = (
        "A pair is decided by both orders together, without a margin. A judge that looks only at "
        "the place leaves all undecided; one that guesses is as often right as wrong."
    )
    figure = draw_outcomes(bars, "calibration_modes", title, _CALLED)
    return FigurePanel(title, [figure], caption, tables.modes_table(found))


def _judges(found: Sequence[Calibration]) -> list[FigurePanel]:
    """The judges of panels one by one, in the mode shown; empty without a panel."""
    title = "Each judge of the panel by itself"
    bars = [
        _bar(_label(found, each, model), judge.spoilt)
        for each in found
        for model, judge in each.report.modes[_shown_mode(each)].judges.items()
    ]
    if not bars:
        return []
    figure = draw_outcomes(bars, "calibration_judges", title, _CALLED)
    caption = "What each judge makes of the same pairs without the others, without a margin."
    return [FigurePanel(title, [figure], caption, tables.judges_table(found))]


def _kinds(found: Sequence[Calibration]) -> list[FigurePanel]:
    """The panel; empty if no response was long enough to be spoilt."""
    title = "By kind of twin"
    bars = [
        _bar(_label(found, each, mode, kind), tally)
        for each in found
        for mode in (_shown_mode(each),)
        for kind, tally in each.report.modes[mode].kinds.items()
    ]
    if not bars:
        return []
    meanings = "; ".join(f"{kind}: {meaning}" for kind, meaning in MEANINGS.items())
    figure = draw_outcomes(bars, "calibration_kinds", title, _CALLED)
    return [FigurePanel(title, [figure], f"{meanings}.".capitalize(), tables.kinds_table(found))]


def _margins(found: Sequence[Calibration]) -> FigurePanel:
    caption = (
        "The same judgements, if a winner had to lead by more than --margin: fewer worse twins "
        "win, and fewer originals."
    )
    return FigurePanel("What a margin would do", [], caption, tables.margins_table(found))


def _bar(label: str, tally: TwinVerdicts) -> Bar:
    return Bar(label, (tally.right.part, tally.undecided.part, tally.wrong.part))


def _label(found: Sequence[Calibration], each: Calibration, *names: str) -> str:
    return ", ".join([each.name, *names] if len(found) > 1 else names)
