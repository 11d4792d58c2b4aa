"""How busy a run keeps an endpoint: share of slot time, and wall time over the ideal.

    python -m bench.utilisation --rows 300 --passes 3

The endpoint works on 64 calls at once, 200 ms and 2 ms a token each. The ideal is the same work
with no slot ever idle from the first call to the last; the tail of a run is part of the figure.
Slot time is what the calls are due (latency and tokens), not what a tired machine makes of it.
"""

import argparse
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

from bench.measure import endpoint, evolve, folder, middle, run
from bench.rows import take_rows, write_rows
from bench.table import Figure, show

SLOTS, LATENCY, SECONDS_A_TOKEN = 64, 0.2, 0.002
_OPTIONS = {"slots": SLOTS, "latency": LATENCY, "seconds-per-token": SECONDS_A_TOKEN}


class Work(NamedTuple):
    """What an endpoint has done between its first call and its last."""

    calls: int
    wall: float
    due: float
    """Slot seconds that the calls take by latency and tokens."""
    held: float
    """Slot seconds that they held a slot, delays of the server's own included."""
    cores: float
    """CPU seconds of the driver, its start included, for each second."""

    @property
    def busy(self) -> float:
        """Share of all slot time in which a slot had work."""
        return self.due / (SLOTS * self.wall)


def work_of(data: Path, out: Path, concurrency: int) -> Work:
    """Do a run on an endpoint of its own."""
    options = [text for name, value in _OPTIONS.items() for text in (f"--{name}", str(value))]
    with endpoint(*options) as server:
        used = run(evolve(data, out, "--concurrency", str(concurrency), *server.options))
        stats = server.stats()
    due = stats["answered"] * LATENCY + stats["answer_words"] * SECONDS_A_TOKEN
    wall = stats["last_finish"] - stats["first_arrival"]
    return Work(stats["answered"], wall, due, stats["busy_slot_seconds"], used.cpu / used.seconds)


def measure(
    data: Path | None = None,
    rows: int = 300,
    passes: int = 3,
    concurrencies: tuple[int, ...] = (80,),
) -> Iterator[Figure]:
    """Yield the figures for each limit of calls in flight."""
    with folder() as home:
        file = write_rows(home / "rows.jsonl", take_rows(data, rows))
        outs = (home / f"run{number}" for number in count())
        for concurrency in concurrencies:
            done = [work_of(file, next(outs), concurrency) for _ in range(passes)]
            yield from _figures(f"{rows} rows, {concurrency} in flight", done)


def _figures(what: str, done: list[Work]) -> Iterator[Figure]:
    busy, spread = middle(100 * work.busy for work in done)
    calls, wall = done[0].calls, middle(work.wall for work in done)[0]
    yield Figure(f"{what}: slot time busy", f"{busy:.1f} %", ">= 97 %", spread)
    ratio, spread = middle(1 / work.busy for work in done)
    yield Figure(f"{what}: wall time over ideal", f"{ratio:.3f}", "<= 1.05", spread)
    held, spread = middle(100 * work.held / (SLOTS * work.wall) for work in done)
    yield Figure(f"{what}: slots held, by the server's clock", f"{held:.1f} %", "", spread)
    cores, spread = middle(work.cores for work in done)
    yield Figure(f"{what}: {calls} calls in {wall:.1f} s, driver", f"{cores:.2f} cores", "", spread)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="JSON list of Alpaca rows; default: made-up ones")
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--concurrency", type=int, nargs="+", default=[80])
    given = parser.parse_args()
    show(lambda: measure(given.data, given.rows, given.passes, tuple(given.concurrency)))


if __name__ == "__main__":
    main()
