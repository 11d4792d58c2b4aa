"""Tables of panels, for runs and for comparisons: each judge, and each pair of judges."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from runners.report.judging import ALL_VERDICTS
from runners.report.source import RunReading
from runners.report.tables import Cell, Table

HABITS = ("flip_share", "first_place_share", "longer_share")
"""Columns of a judge's biases."""
AGREEMENT = ("judge", "other", "judgements", "agreement_share", "kappa")
"""Columns of the agreement between two judges."""


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
