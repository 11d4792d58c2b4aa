"""The report of an export, for the person who made it."""

from collections.abc import Iterator

from nodes.guards.flaws import FLAWS
from runners.data.stores import Location
from runners.export.export import ExportReport


def report_lines(report: ExportReport, out: Location) -> Iterator[str]:
    """Say what was exported, what was left out and why, which flaws there are, and what is next."""
    counts, hygiene, unit = report.counts, report.hygiene, report.unit
    rows = "" if unit == "rows" else f" of {counts.rows:,} rows"
    yield f"{out}: {report.exported:,} {unit}{rows}"
    kept = "keep their originals" if unit == "rows" else "give none"
    if counts.failed:
        yield f"  {counts.failed:,} rows failed in the run and {kept}"
    if counts.left:
        yield f"  {counts.left:,} rows are not done and {kept}"
    if (people := report.people) is not None:
        yield (
            f"  people's word on {people.rounds:,} rounds: {people.edits_taken:,} edits taken, "
            f"{people.edits_given_back:,} given back"
        )
    for note, count in (+report.notes).items():
        yield f"  {count:,} {note}"
    for reason, count in report.unfit.counts.items():
        first = report.unfit.first[reason]
        yield f"  {count:,} {unit} left out, no place for them: {reason} (first: {first})"
    if hygiene.dropped:
        yield f"  {hygiene.dropped:,} {unit} dropped for a flaw"
    if hygiene.reverted:
        yield f"  {hygiene.reverted:,} {unit} keep their originals for a flaw"
    yield f"flaws in {hygiene.flawed:,} {unit}{':' if hygiene.found else ''}"
    for flaw, meaning in FLAWS.items():
        if hygiene.found[flaw]:
            yield f"  {hygiene.found[flaw]:>7,}  {flaw:<12}  {meaning}"
    yield from report.remarks
