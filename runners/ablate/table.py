"""The report of an ablation on the terminal, or as an event."""

from pathlib import Path

from rich.console import Console
from rich.table import Column, Table

from nodes.counted import counted
from runners.ablate.report import AblationReport, FrameworkLine
from runners.comparison.table import print_caution, rates_table
from runners.run.progress import Progress

_HEADERS = (
    *("rows", "changed", "failed", "calls", "tokens\nin", "tokens\nout", "cost"),
    "mean\nlength",
)
"""Changed, not improved: four of the five frameworks judge nothing."""


def print_report(report: AblationReport, folder: Path, progress: Progress) -> None:
    """Print the tables and warnings on stdout; with --json, tell an event instead."""
    progress.event("ablation", **report.as_dict())
    if progress.style != "auto":
        return
    _print_frameworks(report)
    _print_comparisons(report)
    calls = report.calls
    progress.say(
        f"{counted(calls['used'], 'call')} in the records, {calls['answered']:,} of them answered "
        f"by the model: {calls['saved']:,} were shared"
    )
    progress.say(f"datasets: {folder}/FRAMEWORK/evolved.jsonl")
    progress.say(f"table: {folder / 'ablation.json'}, {folder / 'ablation.csv'}")


def _print_frameworks(report: AblationReport) -> None:
    """The table, and warnings about judges and editors."""
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


def _print_comparisons(report: AblationReport) -> None:
    """Warnings about the judges that compared, and win rates; nothing without comparisons."""
    compared = {line.framework: line.comparison for line in report.frameworks if line.comparison}
    if not compared:
        return
    for framework, each in compared.items():
        print_caution(each.judge_warning, f"{framework}, judge")
    one = next(iter(compared.values()))
    Console().print(rates_table(f"\n{one.unit} against the originals, by {one.judge}", compared))


def _cells(line: FrameworkLine) -> list[str]:
    """The cells of a framework's line."""
    numbers = [line.rows[name] for name in ("rows", "improved", "failed")]
    usage = [line.usage[name] for name in ("calls", "input_tokens", "output_tokens")]
    cost = line.usage["cost_usd"]
    before, after = (line.mean_response_characters[name] for name in ("before", "after"))
    return [
        *("unknown" if number is None else f"{number:,}" for number in (*numbers, *usage)),
        "unknown" if cost is None else f"${cost:,.2f}",
        "-" if before is None else f"{before:,.0f} > {after:,.0f}",
    ]
