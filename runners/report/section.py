"""Section: a part of the page with its facts, figures and tables."""

from collections.abc import Sequence
from typing import NamedTuple

from runners.report.facts import Fact
from runners.report.figures.canvas import Figure
from runners.report.tables import Table


class Notice(NamedTuple):
    """A warning for the reader, and a command that helps, which may be empty."""

    words: str
    command: str = ""


class FigurePanel(NamedTuple):
    """A figure, or one for each run, with its explanation."""

    title: str
    figures: list[Figure]
    """Empty if there is only a table."""
    caption: str
    table: Table


class Section(NamedTuple):
    """A part of the page."""

    id: str
    nav: str
    title: str
    lead: str = ""
    subjects: Sequence[str] = ()
    """The names of what is compared side by side; empty for the names of the runs."""
    cautions: Sequence[str] = ()
    """Warnings to read before any figure."""
    facts: Sequence[list[Fact]] = ()
    """The same facts for each subject."""
    notices: Sequence[Notice] = ()
    panels: Sequence[FigurePanel] = ()
    tables: Sequence[Table] = ()
