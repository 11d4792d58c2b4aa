"""CPU time of the driver for each call, contender by contender.

    python -m bench.cpu --rows 300 --passes 3 --contenders coevol plain curator

The endpoint answers at once. Each contender runs as a process at two sizes, and the slope between
them is its cost of a call: starting and importing cancel out; reading rows, the journal and writing
results do not. Each pass runs all contenders, one after another.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.contenders import CONTENDERS, Contender
from bench.measure import Endpoint, endpoint, folder, middle, parser_of
from bench.process import Usage
from bench.race import Race
from bench.slope import Sizes, Slope, slope, write_sizes
from bench.table import Figure, show


def costs_of(race: Race, sizes: Sizes, server: Endpoint, passes: int) -> list[dict[str, Slope]]:
    """What one more call costs each contender, pass by pass."""

    def evolve(contender: Contender, rows: Path) -> tuple[Usage, int]:
        before = server.stats()["answered"]
        used = contender.run(rows, race.out(), server)
        return used, server.stats()["answered"] - before

    def cost(contender: Contender) -> Slope:
        (few, few_calls), (whole, calls) = (evolve(contender, rows) for rows in sizes)
        return slope(few, whole, calls - few_calls)

    return [race.each(f"CPU, pass {number + 1} of {passes}", cost) for number in range(passes)]


def measure(names: Sequence[str], data: Path | None, count: int, passes: int) -> Iterator[Figure]:
    """Yield the CPU of a call, contender by contender, and the first one's ratio to each."""
    with folder() as home, endpoint() as server:
        sizes, race = write_sizes(home, data, count), Race(names, home)
        race.try_out(sizes.few, server)
        costs = costs_of(race, sizes, server, passes)
    yield from race.figures()
    for name in costs[-1]:
        cpu, spread = middle(cost[name].cpu_ms for cost in costs)
        speed, _ = middle(1000 / cost[name].ms for cost in costs)
        target = "<= 1.2 ms" if name == "coevol" else ""
        yield Figure(f"{name}: CPU a call", f"{cpu:.2f} ms, {speed:.0f} calls/s", target, spread)
    first, *others = costs[-1]
    for name in others:
        ratio, spread = middle(cost[first].cpu_ms / cost[name].cpu_ms for cost in costs)
        yield Figure(f"{first} : {name}", f"{ratio:.2f}", "", spread)


def main() -> None:
    """Print the table."""
    parser = parser_of(__doc__, rows=300, passes=3)
    parser.add_argument(
        "--contenders", nargs="+", choices=CONTENDERS, default=["coevol", "plain", "plain-aiohttp"]
    )
    given = parser.parse_args()
    show(lambda: measure(given.contenders, given.data, given.rows, given.passes))


if __name__ == "__main__":
    main()
