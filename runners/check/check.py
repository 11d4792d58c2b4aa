"""Check: how many of a run's rows have which flaws, and the rows themselves."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from nodes.counted import noun
from nodes.guards.flaws import FLAWS, Exchange, FlawLimits, flaws_in
from runners.check.changed import exchanges_of
from runners.errors import UsageError
from runners.folder.guard_tally import guard_lines, saving_of
from runners.folder.opened import OpenedRun, open_run
from runners.folder.summary import Tally

_EXAMPLES = 3
"""Rows that are named for each flaw."""


class CheckedRow(NamedTuple):
    """A row of which evolution changed at least one response."""

    position: int
    """Position in the input, from 0."""
    id: str
    exchanges: list[tuple[Exchange, list[str]]]
    """The changed responses with the flaws of each."""

    @property
    def flaws(self) -> set[str]:
        """The flaws of all its responses."""
        return {flaw for _, flaws in self.exchanges for flaw in flaws}


def read_check(run: Path, longest: float) -> dict[str, Any]:
    """Count the rows that have each flaw, so far as the run has come. Raises UsageError."""
    counts, examples = Counter[str](), defaultdict[str, list[str]](list)
    changed = flawed = 0
    tally = Tally()
    with open_run(run) as opened:
        for row in _checked(opened, longest, tally):
            changed += 1
            flawed += bool(row.flaws)
            counts.update(row.flaws)
            for flaw in row.flaws:
                examples[flaw] += [row.id] if counts[flaw] <= _EXAMPLES else []
        rows = opened.ledger.counts()
        told = opened.run_file.settings
    return {
        "run": str(run),
        "rows": {**rows._asdict(), "left": rows.left},
        "guards": tally.guards.as_dict(saving_of(told.framework, told.context)),
        "changed": changed,
        "flawed": flawed,
        "longest": longest,
        "flaws": [
            {
                "flaw": flaw,
                "meaning": meaning,
                "rows": counts[flaw],
                "share": counts[flaw] / changed if changed else None,
                "examples": examples[flaw],
            }
            for flaw, meaning in FLAWS.items()
        ],
    }


def check_lines(found: dict[str, Any]) -> Iterator[str]:
    """Write the table for people."""
    rows, changed = found["rows"], found["changed"]
    if rows["left"]:
        yield f"{found['run']}: unfinished, {rows['left']} of {rows['rows']} rows are still to do"
    rows_have = noun(changed, "changed row has", "changed rows have")
    yield f"{found['run']}: {found['flawed']} of {changed} {rows_have} flaws"
    yield from guard_lines(found["guards"])
    yield f"{'flaw':<14}{'rows':>6}{'share':>8}  what it is"
    for each in found["flaws"]:
        share = "-" if each["share"] is None else f"{each['share']:.1%}"
        yield f"{each['flaw']:<14}{each['rows']:>6}{share:>8}  {each['meaning']}"
        if each["examples"]:
            yield f"{'':<6}{' '.join(each['examples'])}"


def rows_with(run: Path, flaw: str, longest: float) -> Iterator[CheckedRow]:
    """Yield the rows that have a flaw. Raises UsageError if there is no such flaw or run."""
    if flaw not in FLAWS:
        raise UsageError(f"--show {flaw}: unknown; flaws are {', '.join(FLAWS)}")
    with open_run(run) as opened:
        yield from (row for row in _checked(opened, longest, Tally()) if flaw in row.flaws)


def _checked(opened: OpenedRun, longest: float, tally: Tally) -> Iterator[CheckedRow]:
    """Check the rows that changed, one after another, and count all. Raises UsageError."""
    limits = FlawLimits(longest, opened.judge_delimiters)
    for position, id_, record in opened.ledger.records():
        if record is None:
            continue
        tally.add(record)
        exchanges = exchanges_of(record)
        if exchanges:
            yield CheckedRow(position, id_, [(each, flaws_in(each, limits)) for each in exchanges])
