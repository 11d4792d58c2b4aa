"""A calibration on the terminal: one column per judge mode.

For a panel, one table per mode, with a column for each judge and one for all together.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from nodes.counted import counted
from runners.calibration.counts import Measured, TwinVerdicts
from runners.calibration.modes import ModeReport
from runners.calibration.report import CalibrationReport
from runners.calibration.spoiling import SPOILINGS
from runners.comparison.files import beside_stem
from runners.folder.panel_tally import agreement_lines
from runners.run.progress import Progress

Line = tuple[str, Callable[[ModeReport], str]]
"""A line of the table: its label, and its value for a mode."""

_COLUMNS = 4
"""Columns that fit into 80 characters."""


def print_calibration(report: CalibrationReport, stem: Path, progress: Progress) -> None:
    """Print table and recommendation on stdout, or emit them as an event."""
    progress.event("end", calibration=report.model_dump())
    if progress.style != "auto":
        return
    console = Console()
    title = f"{report.judge} on {counted(report.rows, 'row')} of {report.data}, with 95% intervals"
    console.print(title, markup=False, emoji=False, highlight=False, soft_wrap=True)
    for part in _tables(report):
        console.print(part, soft_wrap=isinstance(part, Text))
    for mode, reason in report.left_out.items():
        console.print(f"{mode} is left out: {reason}", markup=False, emoji=False, highlight=False)
    words = report.recommendation.words
    console.print(f"\n{words}", markup=False, emoji=False, highlight=False, soft_wrap=True)
    if report.failed:
        progress.say(f"{counted(report.failed, 'pair')} failed; the same command tries them again")
    progress.say(f"numbers: {beside_stem(stem, '.json')}, pairs: {beside_stem(stem, '.csv')}")


def _tables(report: CalibrationReport) -> Iterator[Table | Text]:
    if not report.judges:
        yield _table("", {**report.modes}, report)
        return
    for number, model in enumerate(report.judges, start=1):
        yield Text(f"judge {number}: {model}")
    for mode, found in report.modes.items():
        alone = (found.judges[model] for model in report.judges)
        judges = {f"judge {number}": each for number, each in enumerate(alone, start=1)}
        columns = [*judges.items(), ("panel", found)]
        for first in range(0, len(columns), _COLUMNS):
            yield Text()
            yield _table(mode, dict(columns[first : first + _COLUMNS]), report)
        yield from map(Text, agreement_lines([each.model_dump() for each in found.agreement]))


def _table(title: str, columns: Mapping[str, ModeReport], report: CalibrationReport) -> Table:
    headers = (Column(name, justify="right", no_wrap=True) for name in columns)
    table = Table(Column(title, no_wrap=True), *headers, box=None, padding=(0, 1, 0, 0))
    for name, tell in lines_of(report):
        table.add_row(Text(name), *(tell(found) for found in columns.values()))
    return table


def lines_of(report: CalibrationReport) -> list[Line]:
    """All lines of the table; shares with their 95% intervals."""
    kinds = [kind for kind in SPOILINGS if kind in report.twins]
    return [
        ("worse twins, right", lambda found: share_in_words(found.spoilt.right)),
        ("  wrong", lambda found: share_in_words(found.spoilt.wrong)),
        ("  undecided", lambda found: share_in_words(found.spoilt.undecided)),
        *(line for kind in kinds for line in _kind_lines(kind)),
        ("first place wins", lambda found: share_in_words(found.first_place)),
        ("longer wins", lambda found: share_in_words(found.longer_wins)),
        ("flips", lambda found: share_in_words(found.flips)),
        ("called equal", lambda found: share_in_words(found.ties)),
        ("unparsable", lambda found: share_in_words(found.unparsable)),
        ("unfinished", lambda found: share_in_words(found.unfinished)),
        ("tokens a verdict", _tokens),
        ("cost a verdict", lambda found: _cost(found.cost_usd)),
        ("margin", lambda found: f"{found.margin:g}"),
        ("  right with it", lambda found: share_in_words(found.with_margin.right)),
        ("  wrong with it", lambda found: share_in_words(found.with_margin.wrong)),
    ]


def _kind_lines(kind: str) -> Sequence[Line]:
    def of(found: ModeReport) -> TwinVerdicts:
        return found.kinds[kind]

    return (
        (f"{kind}, right", lambda found: share_in_words(of(found).right)),
        ("  wrong", lambda found: share_in_words(of(found).wrong)),
    )


def share_in_words(measured: Measured) -> str:
    """A share in per cent with its interval."""
    if measured.interval is None:
        return "-"
    low, high = measured.interval
    return f"{measured.share:.0%} ({100 * low:.0f}-{100 * high:.0f})"


def _tokens(found: ModeReport) -> str:
    """Prompt tokens and answer tokens."""
    if found.input_tokens is None or found.output_tokens is None:
        return "unknown"
    return f"{found.input_tokens:,.0f} + {found.output_tokens:,.0f}"


def _cost(value: float | None) -> str:
    return "unknown" if value is None else f"${value:.6f}" if value else "$0"
