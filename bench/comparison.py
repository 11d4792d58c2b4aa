"""The table of contenders, all of them measured in each pass of one run.

Ratios are taken within a pass, and the table has their median: the machine's speed changes from
pass to pass, but little within one.
"""

from collections.abc import Callable, Iterator
from statistics import median
from typing import NamedTuple

from bench.contenders import CONTENDERS
from bench.race import FIRST, Race
from bench.slope import Slope
from bench.utilisation import Work

_HEAD = (
    "K",
    "what",
    "CPU a call, ms",
    "coevol's share of that",
    "calls/s, at once",
    "64 slots busy",
    "wall over ideal",
    "memory (processes)",
    "calls a row",
    "words a row, in + out",
)


class Results(NamedTuple):
    """What was measured, pass by pass, by the contenders' names."""

    rows: int
    costs: list[dict[str, Slope]]
    """On an endpoint that answers at once."""
    works: list[dict[str, Work]]
    """On an endpoint of 64 slots."""


def table_of(race: Race, results: Results) -> Iterator[str]:
    """Yield the lines of the table; each contender left out has a line that says why."""
    yield _line(_HEAD)
    yield _line("---" if name == "what" else "---:" for name in _HEAD)
    for name in race.names:
        contender = CONTENDERS[name]
        reason = race.left_out.get(name)
        if reason is None:
            cells = _cells(name, results)
        else:
            cells = (f"left out: {reason.replace('|', '/')}", *[""] * (len(_HEAD) - 3))
        yield _line((str(contender.rounds), contender.label, *cells))


def _cells(name: str, results: Results) -> tuple[str, ...]:
    first = FIRST[CONTENDERS[name].rounds]
    costs = [each[name] for each in results.costs]
    works = [each[name] for each in results.works]
    shares = [each[first].cpu_ms / each[name].cpu_ms for each in results.costs if first in each]
    last = works[-1]
    return (
        _spread([cost.cpu_ms for cost in costs], "{:.2f}".format),
        _spread(shares, "{:.2f} x".format) if name != first and shares else "",
        f"{median(1000 / cost.ms for cost in costs):,.0f}",
        _spread([work.busy for work in works], "{:.1%}".format),
        f"{median(1 / work.busy for work in works):.3f}",
        f"{max(work.used.peak_mb for work in works):.0f} MB ({last.used.processes})",
        f"{last.calls / results.rows:.2f}",
        f"{last.words_in / results.rows:,.0f} + {last.words_out / results.rows:,.0f}",
    )


def _spread(values: list[float], written: Callable[[float], str]) -> str:
    """The median, and the range of several."""
    if len(values) == 1:
        return written(values[0])
    return f"{written(median(values))} ({written(min(values))} to {written(max(values))})"


def _line(cells: "Iterator[str] | tuple[str, ...]") -> str:
    return f"| {' | '.join(cells)} |"
