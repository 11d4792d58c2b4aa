"""Check: how many rows of a run have which flaws, and the rows themselves."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from nodes.counted import counted, noun
from nodes.guards.flaws import FLAWS, Exchange, FlawLimits, flaws_in
from runners.check.changed import exchanges_of
from runners.errors import UsageError
from runners.folder.guard_tally import guard_lines, saving_of
from runners.folder.opened import OpenedRun, open_run
from runners.folder.summary import Tally

_EXAMPLES = 3
"""Most rows named for each flaw."""


class CheckedRow(NamedTuple):
    """A row with at least one changed response."""

    position: int
    """Its position in the dataset, from 0."""
    id: str
    exchanges: list[tuple[Exchange, list[str]]]
    """The changed responses, each with its flaws."""

    @property
    def flaws(self) -> set[str]:
        """The flaws of all its changed responses."""
        return {flaw for _, flaws in self.exchanges for flaw in flaws}


def read_check(run: Path, longest: float) -> dict[str, Any]:
    """Count the rows with each flaw among those done so far, as JSON has it.

    `longest` is how many times as long as its original a response may be. Raises UsageError if
    there is no such run, or its prompt pack is gone.
    """
    tally, flaws = Tally(), _FlawCounts()
    with open_run(run) as opened:
        for row in _checked(opened, longest, tally):
            flaws.add(row)
        rows = opened.ledger.counts()
        settings = opened.run_file.settings
    return {
        "run": str(run),
        "rows": {**rows._asdict(), "left": rows.left},
        "guards": tally.guards.as_dict(saving_of(settings.framework, settings.context)),
        "changed": flaws.changed,
        "flawed": flaws.flawed,
        "longest": longest,
        "flaws": flaws.as_list(),
    }


class _FlawCounts:
    """Counts of rows by flaw."""

    def __init__(self) -> None:
        self.changed = self.flawed = 0
        """Rows with a changed response, and of them those with any flaw."""
        self._rows = Counter[str]()
        self._examples = defaultdict[str, list[str]](list)

    def add(self, row: CheckedRow) -> None:
        self.changed += 1
        self.flawed += bool(row.flaws)
        self._rows.update(row.flaws)
        for flaw in row.flaws:
            if self._rows[flaw] <= _EXAMPLES:
                self._examples[flaw].append(row.id)

    def as_list(self) -> list[dict[str, Any]]:
        """All flaws as JSON has them, those that no row has, too."""
        return [
            {
                "flaw": flaw,
                "meaning": meaning,
                "rows": self._rows[flaw],
                "share": self._rows[flaw] / self.changed if self.changed else None,
                "examples": self._examples[flaw],
            }
            for flaw, meaning in FLAWS.items()
        ]


def check_lines(found: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of the report, with a table of all flaws."""
    rows, changed = found["rows"], found["changed"]
    if rows["left"]:
        of = counted(rows["rows"], "row")
        yield f"{found['run']}: unfinished, {rows['left']:,} of {of} still to do"
    rows_have = noun(changed, "changed row has", "changed rows have")
    yield f"{found['run']}: {found['flawed']:,} of {changed:,} {rows_have} flaws"
    yield from guard_lines(found["guards"])
    yield f"{'flaw':<14}{'rows':>6}{'share':>8}  what it is"
    for each in found["flaws"]:
        share = "-" if each["share"] is None else f"{each['share']:.1%}"
        yield f"{each['flaw']:<14}{each['rows']:>6,}{share:>8}  {each['meaning']}"
        if each["examples"]:
            yield f"{'':<6}{' '.join(each['examples'])}"


def rows_with(run: Path, flaw: str, longest: float) -> Iterator[CheckedRow]:
    """Yield the rows with a flaw. Raises UsageError if there is no such flaw or run."""
    if flaw not in FLAWS:
        raise UsageError(f"--show {flaw}: unknown; flaws are {', '.join(FLAWS)}")
    with open_run(run) as opened:
        yield from (row for row in _checked(opened, longest, Tally()) if flaw in row.flaws)


def _checked(opened: OpenedRun, longest: float, tally: Tally) -> Iterator[CheckedRow]:
    """Check the changed rows one by one; count all rows that are done in `tally`.

    Raises UsageError if the run's prompt pack is gone.
    """
    limits = FlawLimits(longest, opened.judge_delimiters)
    for position, id_, record in opened.ledger.records():
        if record is None:
            continue
        tally.add(record)
        exchanges = exchanges_of(record)
        if exchanges:
            yield CheckedRow(position, id_, [(each, flaws_in(each, limits)) for each in exchanges])
