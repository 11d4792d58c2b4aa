"""The report of an export, for the terminal."""

from collections.abc import Iterator

from nodes.counted import counted, noun
from nodes.guards.flaws import FLAWS
from runners.data.stores import Location
from runners.export.export import ExportReport


def report_lines(report: ExportReport, out: Location) -> Iterator[str]:
    """Yield what is exported to `out`, what is left out and why, its flaws, and what to do next."""
    counts, hygiene, unit = report.counts, report.hygiene, report.unit
    one = unit.removesuffix("s")
    rows = "" if unit == "rows" else f" of {counted(counts.rows, 'row')}"
    yield f"{out}: {counted(report.exported, one)}{rows}"
    if counts.failed:
        fate = _fate(counts.failed, unit)
        yield f"  {counted(counts.failed, 'row')} failed in the run and {fate}"
    if counts.left:
        fate = _fate(counts.left, unit)
        yield f"  {counted(counts.left, 'row is', 'rows are')} not done and {fate}"
    if (people := report.people) is not None:
        yield (
            f"  people's word on {counted(people.rounds, 'round')}: "
            f"{counted(people.edits_taken, 'edit')} taken, {people.edits_given_back:,} given back"
        )
    for note, count in (+report.notes).items():
        yield f"  {note}: {count:,}"
    for reason, count in report.unfit.counts.items():
        first = report.unfit.first[reason]
        unfit = (f"{one} does not fit and is left out", f"{unit} do not fit and are left out")
        yield f"  {counted(count, *unfit)}: {reason} (first: {first})"
    if hygiene.dropped:
        yield f"  {counted(hygiene.dropped, one)} dropped for a flaw"
    if hygiene.reverted:
        keeps = (f"{one} keeps its original", f"{unit} keep their originals")
        yield f"  {counted(hygiene.reverted, *keeps)} for a flaw"
    yield f"flaws in {counted(hygiene.flawed, one)}{':' if hygiene.found else ''}"
    for flaw, meaning in FLAWS.items():
        if hygiene.found[flaw]:
            yield f"  {hygiene.found[flaw]:>7,}  {flaw:<12}  {meaning}"
    yield from report.remarks


def _fate(rows: int, unit: str) -> str:
    """What becomes of rows that failed or are not done."""
    if unit == "rows":
        return noun(rows, "keeps its original", "keep their originals")
    return noun(rows, "gives none", "give none")
