"""A comparison on the terminal: a table of outcomes, and notes."""

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from nodes.counted import counted
from runners.comparison.files import beside_stem
from runners.comparison.panel import Panel
from runners.comparison.report import UNREAD, ComparisonReport, Outcomes
from runners.folder.panel_tally import agreement_lines
from runners.people.agreement import People
from runners.run.progress import Progress


def print_comparison(report: ComparisonReport, stem: Path, progress: Progress) -> None:
    """Print the outcomes as a table on stdout, or emit them as an event."""
    progress.event("end", comparison=report.model_dump())
    for warning in report.warnings:
        progress.say(f"warning: {warning}")
    if progress.style == "auto":
        print_caution(report.judge_warning)
        Console().print(rates_table(_title(report), {"all": report, **report.categories}))
        if report.panel is not None:
            Console().print(_panel_table(report.panel))
        for note in _notes(report):
            progress.say(note)
        progress.say(f"numbers: {beside_stem(stem, '.json')}, pairs: {beside_stem(stem, '.csv')}")


def print_caution(warning: str | None, name: str = "judge") -> None:
    """Print a warning about a judge on stdout, before its win rates."""
    if warning is not None:
        Console().print(
            f"{name}: {warning}", markup=False, emoji=False, highlight=False, soft_wrap=True
        )


def rates_table(title: str, outcomes_by_name: Mapping[str, Outcomes]) -> Table:
    """A table of outcomes and win rates, one line per name."""
    numbers = ("pairs", "wins", "ties", "losses", "win rate", "95%", "length-\ncontrolled")
    headers = (Column(name, justify="right", no_wrap=True) for name in numbers)
    table = Table("", *headers, box=None, padding=(0, 1), title=Text(title), title_justify="left")
    for name, found in outcomes_by_name.items():
        counts = found.pairs, found.wins, found.ties, found.losses
        table.add_row(
            Text(name),
            *(f"{count:,}" for count in counts),
            share(found.win_rate),
            f"{share(found.interval[0])} to {share(found.interval[1])}" if found.interval else "-",
            share(found.length_controlled_win_rate),
        )
    return table


def _panel_table(panel: Panel) -> Table:
    """The judges of a panel: their judgements in both orders, and their biases."""
    names = ("A", "B", "tie", "unread", "flips", "first\nplace", "longer")
    headers = (Column(name, justify="right", no_wrap=True) for name in names)
    table = Table("judge", *headers, box=None, padding=(0, 1))
    for each in panel.judges:
        said = each.verdicts
        unread = sum(said.get(choice, 0) for choice in UNREAD)
        counts = (*(said.get(choice, 0) for choice in ("a", "b", "tie")), unread)
        leaning = each.flip_share, each.first_place_share, each.longer_share
        table.add_row(Text(each.model), *(f"{n:,}" for n in counts), *map(share, leaning))
    return table


def unit_in_words(report: ComparisonReport) -> str:
    """What the pairs are, in words."""
    if report.unit == "rows":
        return counted(report.pairs, "row")
    return f"{counted(report.pairs, 'turn')} of {counted(report.rows, 'conversation')}"


def _title(report: ComparisonReport) -> str:
    title = f"B, {report.b.name}, against A, {report.a.name}, by {report.judge}"
    return title if report.unit == "rows" else f"{title}: {unit_in_words(report)}"


def _notes(report: ComparisonReport) -> list[str]:
    orders, left_out = report.orders, report.left_out
    notes: list[str] = []
    if report.failed:
        notes.append(f"{counted(report.failed, 'pair')} failed; the same command tries again")
    if left_out.skipped_turns or left_out.failed_conversations:
        skipped = counted(left_out.skipped_turns, "skipped turn")
        failed = counted(left_out.failed_conversations, "failed conversation")
        notes.append(f"in no pair: {skipped}, {failed}")
    if report.unasked:
        listed = ", ".join(f"{count} {reason}" for reason, count in report.unasked.items())
        notes.append(f"not asked about: {listed}")
    if report.panel is not None:
        notes += agreement_lines([each.model_dump() for each in report.panel.agreement])
    notes.append(
        f"both orders agree: {share(orders.agreement)}; flips: {share(orders.flip_share)}; "
        f"unparsable: {share(orders.unparsable_share)}"
        + (f"; unfinished: {share(orders.unfinished_share)}" if orders.unfinished_share else "")
    )
    return notes if report.human is None else notes + _votes_in_words(report.human)


def _votes_in_words(human: People) -> list[str]:
    kappa = "unknown" if human.kappa is None else f"{human.kappa:.3f}"
    people, judge = (
        ", ".join(f"{count} {outcome}" for outcome, count in said.items())
        for said in (human.human, human.judge)
    )
    return [
        f"human: {people}; judge on the same: {judge}",
        f"win rate by people {share(human.win_rate)}, by the judge on the same "
        f"{share(human.judge_win_rate)}",
        f"agreement {share(human.agreement)}, Cohen's kappa {kappa}",
    ]


def share(value: float | None) -> str:
    """A share in per cent."""
    return "-" if value is None else f"{value:.1%}"
