"""Building a report: runs in; a page, figures and tables out."""

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from runners.errors import StorageError, UsageError
from runners.outputs import Replacement
from runners.prices import Price
from runners.report.directions import NoParser, load_parser
from runners.report.figures.palette import SERIES
from runners.report.page import render
from runners.report.responses import Unit
from runners.report.sections import Section, sections_of
from runners.report.source import Wanted, read_run
from runners.report.units import WORDS
from runners.run_folder import write_atomically
from runners.stores import check_local


class Plan(NamedTuple):
    """What a person asked for."""

    runs: Sequence[Path]
    out: Path
    spacy_model: str
    unit: Unit = WORDS
    samples: int = 10_000
    price: Price | None = None


class Made(NamedTuple):
    """What came of it."""

    page: Path
    size: int
    """Bytes of the page."""
    no_parser: str | None
    """How to get what Figure 3 needs; None if it is there."""


def make_report(plan: Plan) -> Made:
    """Read the runs and write DIR/report.html, DIR/figures and DIR/tables.

    Raises UsageError if a run is none or there are too many, StorageError if nothing can be
    written.
    """
    check_local(plan.out)
    names = _names(plan.runs)
    parser, no_parser = None, None
    try:
        parser = load_parser(plan.spacy_model)
    except NoParser as error:
        no_parser = str(error)
    wanted = Wanted(plan.unit, parser, plan.samples, plan.price)
    with ExitStack() as files:
        readings = [
            read_run(run, name, wanted, files) for run, name in zip(plan.runs, names, strict=True)
        ]
        sections = sections_of(readings, plan.unit, no_parser)
        page = plan.out / "report.html"
        try:
            for folder in (plan.out, plan.out / "figures", plan.out / "tables"):
                folder.mkdir(parents=True, exist_ok=True)
            _write_parts(plan.out, sections)
            with Replacement(page) as file:
                file.writelines(render(readings, sections, plan.unit))
            return Made(page, page.stat().st_size, no_parser)
        except OSError as error:
            raise StorageError(f"{plan.out}: can't be written: {error.strerror}") from None


def _names(runs: Sequence[Path]) -> list[str]:
    """Names of the runs for people: those of their folders, with more of the path where equal."""
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


def _write_parts(out: Path, sections: Sequence[Section]) -> None:
    """Write the figures and the tables of the page as files."""
    found = [panel for section in sections for panel in section.panels]
    for figure in (figure for panel in found for figure in panel.figures):
        write_atomically(out / "figures" / f"{figure.name}.svg", figure.svg)
        write_atomically(out / "figures" / f"{figure.name}.png", figure.png)
    of_sections = [table for section in sections for table in section.tables]
    for table in (*(panel.table for panel in found), *of_sections):
        write_atomically(out / "tables" / f"{table.name}.csv", table.as_csv())
