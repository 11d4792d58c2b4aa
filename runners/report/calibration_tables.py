"""Tables of calibrations: the numbers behind the figures, as CSV and on the page."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from runners.calibration.counts import Measured, TwinVerdicts
from runners.calibration.modes import ModeReport
from runners.calibration.report import CalibrationReport
from runners.report.panel_tables import AGREEMENT, agreement_cells
from runners.report.tables import Cell, Table


class Calibration(NamedTuple):
    """A calibration shown on a page."""

    name: str
    """The name of the run whose judge was calibrated."""
    report: CalibrationReport


def modes_table(found: Sequence[Calibration]) -> Table:
    """Results for worse twins by judge mode, without a margin."""

    def rows(mode: ModeReport) -> Iterable[tuple[Cell, ...]]:
        yield _tally(mode.spoilt)

    return _table("calibration_modes", _TALLY, found, rows)


def kinds_table(found: Sequence[Calibration]) -> Table:
    """The same by kind of twin; for twins that are only longer, `wrong` means that they won."""

    def rows(mode: ModeReport) -> Iterable[tuple[Cell, ...]]:
        for kind, tally in {**mode.kinds, "padded": mode.padded}.items():
            yield (kind, *_tally(tally))

    return _table("calibration_kinds", ("kind", *_TALLY), found, rows)


def margins_table(found: Sequence[Calibration]) -> Table:
    """Right, wrong and undecided pairs with other margins."""

    def rows(mode: ModeReport) -> Iterable[tuple[Cell, ...]]:
        for each in mode.margins:
            yield each.margin, each.right, each.wrong, each.undecided

    columns = ("margin", "right_share", "wrong_share", "undecided_share")
    return _table("calibration_margins", columns, found, rows)


_BIASES = ("first_place", "longer_wins", "flips", "ties", "unparsable", "unfinished")


def biases_table(found: Sequence[Calibration]) -> Table:
    """How far verdicts depend on place and length, and their usage."""
    return _table("calibration_biases", _LEANING, found, lambda mode: [_leaning(mode)])


def judges_table(found: Sequence[Calibration]) -> Table:
    """Each judge of a panel: its results for worse twins, its biases, its usage."""

    def rows(mode: ModeReport) -> Iterable[tuple[Cell, ...]]:
        for model, judge in mode.judges.items():
            yield (model, *_tally(judge.spoilt), *_leaning(judge))

    return _table("calibration_judges", ("judge", *_TALLY, *_LEANING), found, rows)


def agreement_tables(found: Sequence[Calibration]) -> list[Table]:
    """Agreement between each two judges of a panel; empty for a single judge."""
    if not any(each.report.judges for each in found):
        return []

    def rows(mode: ModeReport) -> Iterable[tuple[Cell, ...]]:
        return agreement_cells(each.model_dump() for each in mode.agreement)

    return [_table("calibration_agreement", AGREEMENT, found, rows)]


def _shares(name: str) -> tuple[str, str, str]:
    return f"{name}_share", f"{name}_share_low", f"{name}_share_high"


def _share(measured: Measured) -> tuple[Cell, Cell, Cell]:
    low, high = measured.interval or (None, None)
    return measured.share, low, high


_TALLY = (
    *("pairs", "failed", "right", *_shares("right")),
    *("wrong", *_shares("wrong"), "undecided", *_shares("undecided")),
)


_LEANING = (
    *(column for name in _BIASES for column in _shares(name)),
    *("input_tokens", "output_tokens", "cost_usd_of_1000"),
)


def _leaning(mode: ModeReport) -> tuple[Cell, ...]:
    shares = (cell for name in _BIASES for cell in _share(getattr(mode, name)))
    cost = None if mode.cost_usd is None else 1000 * mode.cost_usd
    return (*shares, mode.input_tokens, mode.output_tokens, cost)


def _tally(tally: TwinVerdicts) -> tuple[Cell, ...]:
    parts = (tally.right, tally.wrong, tally.undecided)
    counted = (cell for part in parts for cell in (part.part, *_share(part)))
    return (tally.pairs, tally.failed, *counted)


def _table(
    name: str,
    columns: tuple[str, ...],
    found: Sequence[Calibration],
    rows: Callable[[ModeReport], Iterable[tuple[Cell, ...]]],
) -> Table:
    lines = [
        (each.name, mode, *row)
        for each in found
        for mode, report in each.report.modes.items()
        for row in rows(report)
    ]
    return Table(name, ("calibration", "mode", *columns), lines)
