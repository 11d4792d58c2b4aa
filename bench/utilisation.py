"""How busy a run keeps an endpoint: share of slot time, and wall time over the ideal.

    python -m bench.utilisation --rows 300 --passes 3 --contenders coevol-3 --concurrency 64 80

The endpoint works on 64 calls at once, 200 ms and 2 ms a token each. The ideal is the same work
with no slot ever idle from the first call to the last; the end of a run is part of the figure. Slot
time is what calls are due by latency and tokens, not what a busy machine makes of it.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.contenders import CONCURRENCY, CONTENDERS, Contender
from bench.measure import endpoint, folder, middle, parser_of
from bench.process import Usage
from bench.race import Race
from bench.slope import write_sizes
from bench.table import Figure, show

SLOTS, LATENCY, SECONDS_A_TOKEN = 64, 0.2, 0.002
_OPTIONS = {"slots": SLOTS, "latency": LATENCY, "seconds-per-token": SECONDS_A_TOKEN}


class Work(NamedTuple):
    """What an endpoint has done between its first call and its last, and for whom."""

    calls: int
    words_in: int
    words_out: int
    wall: float
    due: float
    """Slot seconds that the calls take by latency and tokens."""
    used: Usage

    @property
    def busy(self) -> float:
        """Share of all slot time in which a slot had work."""
        return self.due / (SLOTS * self.wall)


def work_of(contender: Contender, rows: Path, out: Path, concurrency: int) -> Work:
    """Do a run on an endpoint of its own."""
    options = [text for name, value in _OPTIONS.items() for text in (f"--{name}", str(value))]
    with endpoint(*options) as server:
        used = contender.run(rows, out, server, concurrency)
        stats = server.stats()
    calls, words_in, words_out = (
        stats[name] for name in ("answered", "prompt_words", "answer_words")
    )
    due = calls * LATENCY + words_out * SECONDS_A_TOKEN
    wall = stats["last_finish"] - stats["first_arrival"]
    return Work(calls, words_in, words_out, wall, due, used)


def works_of(
    race: Race, rows: Path, passes: int, concurrency: int = CONCURRENCY
) -> list[dict[str, Work]]:
    """What the endpoint did for everyone, pass by pass."""
    return [
        race.each(
            f"{SLOTS} slots, pass {number + 1} of {passes}",
            lambda contender: work_of(contender, rows, race.out(), concurrency),
        )
        for number in range(passes)
    ]


def measure(
    names: Sequence[str], data: Path | None, count: int, passes: int, concurrencies: Sequence[int]
) -> Iterator[Figure]:
    """Yield the figures of each contender for each limit of calls in flight."""
    with folder() as home:
        race, rows = Race(names, home), write_sizes(home, data, count).all
        for concurrency in concurrencies:
            done = works_of(race, rows, passes, concurrency)
            for name in done[-1]:
                what = f"{name}, {count} rows, {concurrency} in flight"
                yield from _figures(what, [each[name] for each in done])
    yield from race.figures()


def _figures(what: str, done: list[Work]) -> Iterator[Figure]:
    busy, spread = middle(100 * work.busy for work in done)
    yield Figure(f"{what}: slot time busy", f"{busy:.1f} %", ">= 97 %", spread)
    ratio, spread = middle(1 / work.busy for work in done)
    yield Figure(f"{what}: wall time over ideal", f"{ratio:.3f}", "<= 1.05", spread)
    cores, spread = middle(work.used.cpu / work.used.seconds for work in done)
    calls, wall = done[0].calls, middle(work.wall for work in done)[0]
    yield Figure(f"{what}: {calls} calls in {wall:.1f} s, driver", f"{cores:.2f} cores", "", spread)


def main() -> None:
    """Print the table."""
    parser = parser_of(__doc__, rows=300, passes=3)
    parser.add_argument("--contenders", nargs="+", choices=CONTENDERS, default=["coevol-3"])
    parser.add_argument("--concurrency", type=int, nargs="+", default=[CONCURRENCY])
    given = parser.parse_args()
    size = (given.data, given.rows, given.passes)
    show(lambda: measure(given.contenders, *size, given.concurrency))


if __name__ == "__main__":
    main()
