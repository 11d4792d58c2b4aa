"""Tables of panels, for runs and for comparisons: each judge, and each pair of judges."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from runners.report.judging import ALL_VERDICTS
from runners.report.section import FigurePanel
from runners.report.source import RunReading
from runners.report.tables import Cell, Table

HABITS = ("flip_share", "first_place_share", "longer_share")
"""Columns of a judge's biases."""
AGREEMENT = ("judge", "other", "judgements", "agreement_share", "kappa")
"""Columns of the agreement between two judges."""

OF_A_PANEL = (
    "Of a panel it is what its judges' points in that order come to; the sum of both orders "
    "decides, so that other rounds may win as well."
)
"""What a verdict in one order is, where several judge."""
_SHOWN = (
    (
        "Each judge of the panel",
        "Its judgements in both orders by what they say, flips, and of the winners that it named "
        "the share of the first place and of the longer response.",
    ),
    (
        "How far each two agree",
        "Of the judgements that could be read of both, those in which they name the same, and "
        "Cohen's kappa: 0 is what chance would do, 1 is always.",
    ),
)


def shown_panels(readings: Sequence[RunReading]) -> list[FigurePanel]:
    """The judges of panels, one by one and two by two; nothing where one judges alone."""
    told = zip(_SHOWN, panel_tables(readings), strict=False)
    return [FigurePanel(title, [], caption, table) for (title, caption), table in told]


def panel_tables(readings: Sequence[RunReading]) -> list[Table]:
    """Each judge's verdicts and biases, and how far each two agree; empty for a single judge."""
    panels = [(each.name, each.summary["panel"]) for each in readings if "panel" in each.summary]
    if not panels:
        return []
    judges = [
        (name, *cells) for name, panel in panels for cells in judge_cells(panel, ALL_VERDICTS)
    ]
    pairs = [
        (name, *cells) for name, panel in panels for cells in agreement_cells(panel["agreement"])
    ]
    return [
        Table("panel", ("run", "judge", *ALL_VERDICTS, *HABITS), judges),
        Table("agreement", ("run", *AGREEMENT), pairs),
    ]


def judge_cells(panel: Mapping[str, Any], verdicts: Sequence[str]) -> Iterable[tuple[Cell, ...]]:
    """Each judge's model, its judgements by these verdicts, and its HABITS."""
    for each in panel["judges"]:
        said = (each["verdicts"].get(verdict, 0) for verdict in verdicts)
        yield (each["model"], *said, *(each[name] for name in HABITS))


def agreement_cells(agreement: Iterable[Mapping[str, Any]]) -> Iterable[tuple[Cell, ...]]:
    """Each two judges, and how far they agree: AGREEMENT."""
    for each in agreement:
        yield (*each["judges"], each["judgements"], each["agreement"], each["kappa"])
