"""The report of an ablation: what came of each framework, as JSON and as CSV."""

import csv
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from graph.frameworks import FRAMEWORKS, Framework
from runners.comparison.files import read_report as read_comparison
from runners.comparison.report import ComparisonReport
from runners.folder.folder import RunFolder
from runners.folder.summary import read_summary
from runners.storage.atomic import write_atomically

_COMPARED = {
    *("judge_unfit", "judge_warning"),
    *("judge", "unit", "rows", "pairs", "failed", "wins", "ties", "losses"),
    *("win_rate", "interval", "length_controlled_win_rate", "orders", "calls"),
}
"""The fields of a comparison's report that ablation.json repeats."""


class FrameworkLine(NamedTuple):
    """What came of one framework, from the summary of its run. None: not in older summaries."""

    framework: Framework
    rows: dict[str, int]
    """Numbers of rows, by state."""
    usage: dict[str, Any]
    """Calls, tokens and cost of all answers: what the framework takes if it is run alone."""
    calls: dict[str, Any]
    """Calls, tokens and cost of the answers that endpoints gave for this run: without those that
    another framework had asked for."""
    mean_response_characters: dict[str, float | None]
    """Under `before` and `after`; None without a row."""
    judge: dict[str, Any] | None = None
    """What its verdicts say about its judge."""
    editor: dict[str, Any] | None = None
    """How many of its edits change nothing."""
    comparison: ComparisonReport | None = None
    """Its responses beside the originals; None if they were not compared."""

    def as_dict(self) -> dict[str, Any]:
        """The line in ablation.json."""
        told = self.comparison and self.comparison.model_dump(include=_COMPARED)
        return {**self._asdict(), "comparison": told}


class AblationReport(NamedTuple):
    """What came of an ablation: a line for each framework that has been run."""

    frameworks: list[FrameworkLine]

    @property
    def calls(self) -> dict[str, int]:
        """Calls in the records, calls that endpoints answered, and how many were saved by sharing.

        Endpoints may answer a few more than the records have: an answer without a text is asked for
        again, and the calls of a failed row are in no record.
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
    """Read the summaries and comparisons of the frameworks that have been run in the folder.

    Raises UsageError for a comparison that can't be read.
    """
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


def _columns(line: FrameworkLine) -> dict[str, Any]:
    """The line in ablation.csv, by column."""
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
