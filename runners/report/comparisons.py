"""Comparisons in a report: those found in its runs' folders, and those asked for."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import NamedTuple

from runners.comparison.files import PairLine
from runners.comparison.report import ComparisonReport
from runners.errors import UsageError
from runners.report.matching import Compared, Found, Matching, Problem
from runners.report.source import RunReading


class Shown(NamedTuple):
    """A comparison shown in the report."""

    name: str
    """"B against A", with whatever else distinguishes it from the others."""
    b: str
    a: str
    report: ComparisonReport
    rows: dict[int, list[list[PairLine]]]
    """For each run whose responses are side B, by its number: the comparison's lines for each
    row in the browser."""


class Comparisons(NamedTuple):
    """The comparisons shown in the report, and those left out."""

    shown: list[Shown]
    problems: list[Problem]


def settle(
    readings: Sequence[RunReading], found: Sequence[Found], given: Sequence[Compared]
) -> Comparisons:
    """Decide which comparisons to show, after all runs have been read.

    `found` has the comparisons in each run's own folder; one that does not involve the run is left
    out. `given` are those that the user asked for. Raises UsageError if one of them is of other
    runs.
    """
    problems = [problem for own in found for problem in own.problems]
    kept: dict[Path, Compared] = {}
    for compared in (compared for own in found for compared in own.comparisons):
        if _is_of_any(readings, compared):
            kept[compared.path.resolve()] = compared
        else:
            problems.append(Problem(compared.path.parent, _foreign(compared)))
    for compared in given:
        is_of_runs = any(line.id_a or line.id_b for line in compared.lines)
        if is_of_runs and not _is_of_any(readings, compared):
            raise UsageError(_foreign(compared))
        kept.setdefault(compared.path.resolve(), compared)
    return Comparisons(_named(readings, list(kept.values())), problems)


def _is_of_any(readings: Sequence[RunReading], compared: Compared) -> bool:
    return any(each.side is not None for _, each in _matchings(readings, compared))


def _matchings(readings: Sequence[RunReading], compared: Compared) -> list[tuple[int, Matching]]:
    """Number and matching of each run that may be a side of the comparison."""
    return [
        (number, matching)
        for number, reading in enumerate(readings)
        for matching in reading.matchings
        if matching.compared is compared
    ]


def _foreign(compared: Compared) -> str:
    b, a = (last_part(side.name) for side in (compared.report.b, compared.report.a))
    return (
        f"{compared.path}: compares {b} with {a}, whose responses are not those of the run here, "
        "or not any more; coevol compare makes it again"
    )


def _named(readings: Sequence[RunReading], comparisons: Sequence[Compared]) -> list[Shown]:
    """Give each comparison a distinct name."""
    shown = [_shown(readings, compared) for compared in comparisons]
    if len({each.report.judge for each in shown}) > 1:
        shown = [each._replace(name=f"{each.name}, by {each.report.judge}") for each in shown]
    times = Counter(each.name for each in shown)
    return [
        each if times[each.name] == 1 else each._replace(name=f"{each.name} ({number})")
        for number, each in enumerate(shown, start=1)
    ]


def _shown(readings: Sequence[RunReading], compared: Compared) -> Shown:
    found = _matchings(readings, compared)
    rows = {number: matching.rows for number, matching in found if matching.side == "b"}
    report = compared.report
    b = next((readings[number].name for number in rows), last_part(report.b.name))
    a = "its originals" if report.is_of_one_run else last_part(report.a.name)
    return Shown(f"{b} against {a}", b, a, report, rows)


def last_part(name: str) -> str:
    """A side's name without its parent folders, which are not to be published."""
    return PurePath(name).name
