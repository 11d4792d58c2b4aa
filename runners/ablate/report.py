"""The report of an ablation: a line for each framework, for people, as JSON and as CSV."""

import csv
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from rich.console import Console
from rich.table import Column, Table

from graph.frameworks import FRAMEWORKS, Framework
from runners.comparison.files import read_report as read_comparison
from runners.comparison.report import ComparisonReport
from runners.comparison.table import print_caution, rates_table
from runners.folder.folder import RunFolder
from runners.folder.summary import read_summary
from runners.run.progress import Progress
from runners.storage.atomic import write_atomically

_HEADERS = (
    *("rows", "changed", "failed", "calls", "tokens\nin", "tokens\nout", "cost"),
    "mean\nlength",
)
"""Changed, not improved: four of the five frameworks judge nothing."""

_COMPARED = {
    *("judge_unfit", "judge_warning"),
    *("judge", "unit", "rows", "pairs", "failed", "wins", "ties", "losses"),
    *("win_rate", "interval", "length_controlled_win_rate", "orders", "calls"),
}
"""What of a comparison's report is told."""


class FrameworkLine(NamedTuple):
    """What came of one framework, from its run's summary."""

    framework: Framework
    rows: dict[str, int]
    """Rows by what became of them."""
    usage: dict[str, Any]
    """Calls, tokens and cost of the records: what the framework takes if it is run alone."""
    calls: dict[str, Any]
    """Calls, tokens and cost that endpoints answered for this run."""
    mean_response_characters: dict[str, float | None]
    """Before and after."""
    judge: dict[str, Any] | None = None
    """What its judge's verdicts say of the judge; None in older summaries."""
    editor: dict[str, Any] | None = None
    """How many of its edits change nothing; None in older summaries."""
    comparison: ComparisonReport | None = None
    """Of its responses with the originals; None if they were not compared."""

    def as_dict(self) -> dict[str, Any]:
        """The line as ablation.json has it."""
        told = self.comparison and self.comparison.model_dump(include=_COMPARED)
        return {**self._asdict(), "comparison": told}


class AblationReport(NamedTuple):
    """What came of an ablation."""

    frameworks: list[FrameworkLine]

    @property
    def calls(self) -> dict[str, int]:
        """Calls of the records, calls that endpoints answered, and the difference.

        An answer without a text is asked for again, and the calls of a failed row are in no record:
        so a little more is answered than the records tell.
        """
        used = sum(line.usage["calls"] for line in self.frameworks)
        answered = sum(line.calls["answered"] for line in self.frameworks)
        return {"used": used, "answered": answered, "saved": max(0, used - answered)}

    @property
    def failed(self) -> int:
        """Rows and comparisons that failed."""
        return sum(
            line.rows["failed"] + (line.comparison.failed if line.comparison else 0)
            for line in self.frameworks
        )

    def as_dict(self) -> dict[str, Any]:
        """The contents of ablation.json."""
        return {"frameworks": [line.as_dict() for line in self.frameworks], "calls": self.calls}


def read_ablation(folder: Path) -> AblationReport:
    """Read the summaries of the frameworks that have been run in the folder."""
    lines: list[FrameworkLine] = []
    for framework in FRAMEWORKS:
        path = RunFolder(folder / framework).summary
        if path.exists():
            summary = read_summary(path)
            told = {name: summary[name] for name in FrameworkLine._fields if name in summary}
            compared = folder / framework / "compare.json"
            comparison = read_comparison(compared) if compared.exists() else None
            lines.append(FrameworkLine(**told, comparison=comparison))
    return AblationReport(lines)


def write_ablation(report: AblationReport, folder: Path) -> None:
    """Write ablation.json and ablation.csv. Raises StorageError."""
    option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    write_atomically(folder / "ablation.json", orjson.dumps(report.as_dict(), option=option))
    text = StringIO()
    rows = [_columns(line) for line in report.frameworks]
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_atomically(folder / "ablation.csv", text.getvalue().encode())


def print_report(report: AblationReport, folder: Path, progress: Progress) -> None:
    """Print the table on stdout, or tell it as an event."""
    progress.event("ablation", **report.as_dict())
    if progress.style != "auto":
        return
    numbers = (Column(header, justify="right") for header in _HEADERS)
    table = Table(
        Column("framework", no_wrap=True), *numbers, box=None, padding=(0, 1), pad_edge=False
    )
    for line in report.frameworks:
        table.add_row(line.framework, *_cells(line))
    Console().print(table)
    for line in report.frameworks:
        if line.judge is not None:
            print_caution(line.judge["warning"], f"{line.framework}, its own judge")
        if line.editor is not None:
            print_caution(line.editor["warning"], f"{line.framework}, editor")
    compared = {line.framework: line.comparison for line in report.frameworks if line.comparison}
    if compared:
        for framework, each in compared.items():
            print_caution(each.judge_warning, f"{framework}, judge")
        one = next(iter(compared.values()))
        Console().print(
            rates_table(f"\n{one.unit} against the originals, by {one.judge}", compared)
        )
    calls = report.calls
    progress.say(
        f"{calls['used']:,} calls in the records, {calls['answered']:,} of them answered by the "
        f"model: {calls['saved']:,} were shared"
    )
    progress.say(f"datasets: {folder}/FRAMEWORK/evolved.jsonl")
    progress.say(f"table: {folder / 'ablation.json'}, {folder / 'ablation.csv'}")


def _columns(line: FrameworkLine) -> dict[str, Any]:
    return {
        "framework": line.framework,
        "rows": line.rows["rows"],
        "improved": line.rows["improved"],
        "failed": line.rows["failed"],
        "left": line.rows["left"],
        "calls": line.usage["calls"],
        "input_tokens": line.usage["input_tokens"],
        "output_tokens": line.usage["output_tokens"],
        "cost_usd": line.usage["cost_usd"],
        "answered": line.calls["answered"],
        "characters_before": line.mean_response_characters["before"],
        "characters_after": line.mean_response_characters["after"],
        **_compared_columns(line.comparison),
    }


def _compared_columns(comparison: ComparisonReport | None) -> dict[str, Any]:
    told = {} if comparison is None else dict(comparison)
    low, high = told.get("interval") or (None, None)
    names = ("judge_warning", "pairs", "wins", "ties", "losses", "win_rate")
    return {
        **{name: told.get(name) for name in names},
        "win_rate_low": low,
        "win_rate_high": high,
        "length_controlled_win_rate": told.get("length_controlled_win_rate"),
    }


def _cells(line: FrameworkLine) -> list[str]:
    """A line as people read it, narrow enough for a terminal."""
    numbers = [line.rows[name] for name in ("rows", "improved", "failed")]
    usage = [line.usage[name] for name in ("calls", "input_tokens", "output_tokens")]
    cost = line.usage["cost_usd"]
    before, after = (line.mean_response_characters[name] for name in ("before", "after"))
    return [
        *("unknown" if number is None else f"{number:,}" for number in (*numbers, *usage)),
        "unknown" if cost is None else f"${cost:,.2f}",
        "-" if before is None else f"{before:,.0f} > {after:,.0f}",
    ]
