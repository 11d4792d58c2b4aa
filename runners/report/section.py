"""Section: a part of the page, with its facts, figures and tables."""

from collections.abc import Sequence
from typing import NamedTuple

from runners.report.facts import Fact
from runners.report.figures.canvas import Figure
from runners.report.tables import Table


class Notice(NamedTuple):
    """What a reader should know before reading on, and a command that helps; may be empty."""

    words: str
    command: str = ""


class FigurePanel(NamedTuple):
    """A figure, or one for each run, with what it shows."""

    title: str
    figures: list[Figure]
    """None where the table is all there is to see."""
    caption: str
    table: Table


class Section(NamedTuple):
    """A part of the page."""

    id: str
    nav: str
    title: str
    lead: str = ""
    subjects: Sequence[str] = ()
    """Whom it tells of, side by side: the names of the runs if empty."""
    cautions: Sequence[str] = ()
    """What a reader has to know before any figure."""
    facts: Sequence[list[Fact]] = ()
    """For each subject the same facts."""
    notices: Sequence[Notice] = ()
    panels: Sequence[FigurePanel] = ()
    tables: Sequence[Table] = ()
