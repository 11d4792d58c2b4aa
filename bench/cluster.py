"""A run on a Ray cluster by its size: speed, CPU of driver and actors, memory, and run.db.

    python -m bench.cluster --sizes 1000 10000 100000 --actors 2

Short rows, one round, on a cluster that the run starts itself. The rehearsal model answers in the
actors; with `--server` they call an endpoint that answers at once, in a few words. CPU a call is
the slope from the smallest size, so that starting and importing cancel out.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from bench.family import Process, watch
from bench.measure import endpoint, evolve, folder
from bench.rows import rows
from bench.table import Figure, show
from tests.support.rows import write_jsonl

_SHORT_ANSWERS = ("--words", "10")


class Run(NamedTuple):
    """A run over a number of rows."""

    rows: int
    calls: int
    seconds: float
    """Seconds at work, Ray's start included."""
    driver: Process
    actors: list[Process]
    database_mb: float

    @property
    def actors_cpu(self) -> float:
        """Seconds of CPU of all actors."""
        return sum(actor.cpu for actor in self.actors)


def run_of(home: Path, count: int, *options: str) -> Run:
    """Run over `count` short rows."""
    data = write_jsonl(home / f"{count}.jsonl", islice(rows(short=True), count))
    out = home / f"run{count}"
    driver, others = watch(evolve(data, out, "--engine", "ray", "--rounds", "1", *options))
    actors = [each for each in others if each.name.startswith("ray::MapWorker")]
    summary = json.loads((out / "summary.json").read_text())
    size = (out / "run.db").stat().st_size / 1e6
    return Run(count, summary["calls"]["answered"], summary["seconds"], driver, actors, size)


def measure(
    sizes: Sequence[int] = (500, 2000), actors: int = 2, *, server: bool = False
) -> Iterator[Figure]:
    """Yield the figures of each size as soon as they are measured."""
    with folder() as home, endpoint(*_SHORT_ANSWERS) if server else nullcontext() as loopback:
        options = ["--actors", str(actors), "--concurrency", "64"]
        options += loopback.options if loopback else []
        smallest = run_of(home, sizes[0], *options)
        yield from _figures(smallest, smallest)
        for count in sizes[1:]:
            yield from _figures(run_of(home, count, *options), smallest)


def _figures(run: Run, smallest: Run) -> Iterator[Figure]:
    what = f"{run.rows} rows, {len(run.actors)} actors"
    speed = f"{run.rows / run.seconds:.0f} rows/s"
    yield Figure(f"{what}: speed", speed, "", f"{run.seconds:.0f} s, {run.calls} calls")
    if run is not smallest:
        more, seconds = run.calls - smallest.calls, run.seconds - smallest.seconds
        driver, all_actors = run.driver.cpu - smallest.driver.cpu, run.actors_cpu
        yield Figure(f"{what}: calls a second, once started", f"{more / seconds:.0f}")
        yield Figure(f"{what}: CPU a call, driver", f"{1000 * driver / more:.2f} ms")
        actors = 1000 * (all_actors - smallest.actors_cpu) / more
        yield Figure(f"{what}: CPU a call, actors", f"{actors:.2f} ms")
    peak = max((actor.peak_mb for actor in run.actors), default=0.0)
    yield Figure(f"{what}: peak memory, driver", f"{run.driver.peak_mb:.0f} MB")
    yield Figure(f"{what}: peak memory, an actor", f"{peak:.0f} MB")
    each = f"{1000 * run.database_mb / run.rows:.2f} KB a row"
    yield Figure(f"{what}: run.db", f"{run.database_mb:.1f} MB", "", each)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--actors", type=int, default=2)
    parser.add_argument("--server", action="store_true", help="call an endpoint, not the rehearsal")
    given = parser.parse_args()
    show(lambda: measure(given.sizes, given.actors, server=given.server))


if __name__ == "__main__":
    main()
