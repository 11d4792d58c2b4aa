"""Building a report: reads runs, and writes a page, figures and tables."""

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from runners.calls.price import Price
from runners.data.stores import check_local
from runners.errors import StorageError, UsageError
from runners.pages.palette import SERIES
from runners.report.calibrations import calibrations_of
from runners.report.comparisons import settle
from runners.report.directions import NoParser, load_parser
from runners.report.matching import find_comparisons, read_comparison
from runners.report.page import render
from runners.report.responses import LengthUnit
from runners.report.section import Section
from runners.report.sections import sections_of
from runners.report.source import Wanted, read_run
from runners.report.units import WORDS
from runners.storage.atomic import Replacement, write_atomically

if TYPE_CHECKING:
    from spacy.language import Language


class ReportPlan(NamedTuple):
    """What the user asked for."""

    runs: Sequence[Path]
    out: Path
    spacy_model: str
    unit: LengthUnit = WORDS
    samples: int = 10_000
    price: Price | None = None
    comparisons: Sequence[Path] = ()
    """Comparisons outside the runs' own folders."""


class Made(NamedTuple):
    """The result."""

    page: Path
    size: int
    """Size of the page in bytes."""
    no_parser: str | None
    """How to install what Figure 3 needs; None if it is installed."""
    problems: list[str]
    """One line for each comparison or calibration that was left out."""


def make_report(plan: ReportPlan) -> Made:
    """Read the runs and write DIR/report.html, DIR/figures and DIR/tables.

    Raises UsageError for a folder that is not a run, too many runs, or a requested comparison that
    can't be used; StorageError if a file can't be written.
    """
    check_local(plan.out)
    names = _names(plan.runs)
    given = [read_comparison(path) for path in plan.comparisons]
    found = [find_comparisons(run) for run in plan.runs]
    parser, no_parser = _parser(plan.spacy_model)
    wanted = Wanted(plan.unit, parser, plan.samples, plan.price)
    with ExitStack() as files:
        readings = [
            read_run(run, name, wanted, [*own.comparisons, *given], files)
            for run, name, own in zip(plan.runs, names, found, strict=True)
        ]
        comparisons = settle(readings, found, given)
        calibrations, problems = calibrations_of(zip(names, plan.runs, strict=True))
        sections = sections_of(readings, plan.unit, no_parser, comparisons, calibrations)
        page = plan.out / "report.html"
        try:
            write_parts(plan.out, sections)
            with Replacement(page) as file:
                file.writelines(render(readings, sections, plan.unit, comparisons.shown))
            size = page.stat().st_size
        except OSError as error:
            raise StorageError(f"{plan.out}: can't be written: {error.strerror}") from None
    problems += [problem.line for problem in comparisons.problems]
    return Made(page, size, no_parser, problems)


def _parser(model: str) -> tuple["Language | None", str | None]:
    """The parser of suggestions; or None and how to install it."""
    try:
        return load_parser(model), None
    except NoParser as error:
        return None, str(error)


def _names(runs: Sequence[Path]) -> list[str]:
    """Display names of runs: their folders' names, with more of the path where equal."""
    if len(runs) > len(SERIES):
        raise UsageError(f"{len(runs)} runs; a report has room for {len(SERIES)} side by side")
    resolved = [run.resolve() for run in runs]
    again = next((run for run, count in Counter(resolved).items() if count > 1), None)
    if again is not None:
        raise UsageError(f"{runs[resolved.index(again)]}: given twice")
    for parts in range(1, max(len(run.parts) for run in resolved)):
        names = ["/".join(run.parts[-parts:]) for run in resolved]
        if len(set(names)) == len(names):
            return names
    return [str(run) for run in resolved]


def write_parts(out: Path, sections: Sequence[Section]) -> None:
    """Write the figures and tables of the page as files."""
    for folder in (out, out / "figures", out / "tables"):
        folder.mkdir(parents=True, exist_ok=True)
    found = [panel for section in sections for panel in section.panels]
    for figure in (figure for panel in found for figure in panel.figures):
        write_atomically(out / "figures" / f"{figure.name}.svg", figure.svg)
        write_atomically(out / "figures" / f"{figure.name}.png", figure.png)
    of_sections = [table for section in sections for table in section.tables]
    for table in (*(panel.table for panel in found), *of_sections):
        write_atomically(out / "tables" / f"{table.name}.csv", table.as_csv())
