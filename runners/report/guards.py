"""Guards: what each of them cleaned and refused in a run, and what that saved."""

from collections.abc import Iterator, Sequence
from typing import Any

from nodes.guards.cleaning import TAKEN
from nodes.guards.flaws import FLAWS
from nodes.guards.layout import LAYOUT, MEANING
from runners.folder.guard_tally import saved_in
from runners.report.facts import Fact
from runners.report.section import FigurePanel, Section
from runners.report.source import RunReading
from runners.report.tables import Cell, Table

_CAPTION = (
    "Edits by guard; one may have several flaws. What was cleaned went on to the judges, what was "
    "refused did not, and what was asked again came back from the editor as another edit. "
    "In the samples below, Guard finds the rows."
)
_OWN = "a guard of your own"
_MEANINGS = {**FLAWS, LAYOUT: MEANING}


def guards_section(readings: Sequence[RunReading]) -> list[Section]:
    """The section; empty if no guard did anything."""
    found = guards_table(readings)
    if not found.rows:
        return []
    panel = FigurePanel("What was cleaned and refused", [], _CAPTION, found)
    facts = [_facts(each) for each in readings]
    return [Section("guards", "Guards", "What the guards did", facts=facts, panels=[panel])]


def _facts(reading: RunReading) -> list[Fact]:
    guards = reading.summary["guards"]
    again, passed = guards["repair_calls"], guards["repaired_edits"]
    seconds = sum(guards["own_seconds"].values())
    return [
        Fact("Edits cleaned", f"{guards['cleaned_edits']:,}"),
        Fact("Edits refused", f"{guards['refused_edits']:,}", saved_in(guards)),
        Fact("Repair calls", f"{again:,}", f"{passed:,} edits passed then" if again else ""),
        *([Fact("Time of own guards", f"{seconds:,.1f} s")] if guards["own_seconds"] else []),
    ]


def guards_table(readings: Sequence[RunReading]) -> Table:
    """Edits by guard and by what was done to them, and the seconds of user-defined guards."""
    columns = ("run", "edits_were", "guard", "edits", "seconds", "meaning")
    rows = [(each.name, *row) for each in readings for row in _rows(each.summary["guards"])]
    return Table("guards", columns, rows)


def _rows(guards: dict[str, Any]) -> Iterator[tuple[Cell, ...]]:
    for name, edits in guards["cleaned"].items():
        yield "cleaned", name, edits, None, TAKEN[name]
    seconds = guards["own_seconds"]
    for name in dict.fromkeys([*guards["refused"], *seconds]):
        edits = guards["refused"].get(name, 0)
        yield "refused", name, edits, seconds.get(name), _MEANINGS.get(name, _OWN)
    for name, edits in guards["repair_reasons"].items():
        yield "asked again", name, edits, None, _MEANINGS.get(name, _OWN)
