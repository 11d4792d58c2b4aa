"""Peak memory of a run, and the size of its database, by the number of rows.

    python -m bench.memory --sizes 1000 100000

Short rows, one round. The rehearsal model answers within the process; with `--server` the calls go
to an endpoint that answers at once, in a few words, so that the client is part of the figure.
"""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from bench.measure import endpoint, evolve, folder
from bench.process import Usage, run
from bench.rows import rows
from bench.table import Figure, show
from tests.support.rows import write_jsonl

_TARGET = 50
_SHORT_ANSWERS = ("--words", "10")


class Size(NamedTuple):
    """A run over a number of rows."""

    rows: int
    used: Usage
    database_mb: float
    input_mb: float


def size_of(home: Path, count: int, *options: str) -> Size:
    """Run over `count` short rows."""
    data = write_jsonl(home / f"{count}.jsonl", islice(rows(short=True), count))
    out = home / f"run{count}"
    used = run(evolve(data, out, "--rounds", "1", *options))
    return Size(count, used, _mb(out / "run.db"), _mb(data))


def measure(sizes: Sequence[int] = (1000, 10_000), *, server: bool = False) -> Iterator[Figure]:
    """Yield peak memory and database size for each size, and the difference in memory."""
    with folder() as home, endpoint(*_SHORT_ANSWERS) if server else nullcontext() as loopback:
        options = loopback.options if loopback else []
        size_of(home, 10, *options)  # warms the bytecode up
        done = [size_of(home, count, *options) for count in sizes]
    for size in done:
        yield from _figures(size)
    growth = done[-1].used.peak_mb - done[0].used.peak_mb
    what = f"{done[-1].rows} rows: memory beyond {done[0].rows} rows"
    yield Figure(what, f"{growth:+.0f} MB", f"<= {_TARGET} MB")


def _figures(size: Size) -> Iterator[Figure]:
    how = f"{size.used.seconds:.0f} s, {size.rows / size.used.seconds:.0f} rows/s"
    yield Figure(f"{size.rows} rows: peak memory", f"{size.used.peak_mb:.0f} MB", "", how)
    each = f"{1000 * size.database_mb / size.rows:.2f} KB a row, {size.input_mb:.2f} MB of input"
    yield Figure(f"{size.rows} rows: run.db", f"{size.database_mb:.1f} MB", "", each)


def _mb(path: Path) -> float:
    return path.stat().st_size / 1e6


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 100_000])
    parser.add_argument("--server", action="store_true", help="call an endpoint, not the rehearsal")
    given = parser.parse_args()
    show(lambda: measure(given.sizes, server=given.server))


if __name__ == "__main__":
    main()
