"""Starting: how long `coevol --help` takes, and a run until its first call arrives.

python -m bench.cold --repeats 10
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

from bench.measure import COEVOL, endpoint, evolve, folder, middle
from bench.process import run
from bench.slope import write_sizes
from bench.table import Figure, show


def measure(repeats: int = 7) -> Iterator[Figure]:
    """Yield both times, and the CPU of the help."""
    run([*COEVOL, "--help"])  # warms the bytecode up
    helps = [run([*COEVOL, "--help"]) for _ in range(repeats)]
    with folder() as home:
        rows = write_sizes(home, None, 15).few
        calls = [_first_call(rows, home / str(number)) for number in range(repeats + 1)][1:]
    seconds, spread = middle(used.seconds for used in helps)
    cpu, _ = middle(used.cpu for used in helps)
    what = f"{spread}; {cpu:.2f} s of CPU"
    yield Figure("`coevol --help`", f"{seconds:.2f} s", "< 0.3 s", what)
    seconds, spread = middle(calls)
    yield Figure("`coevol evolve` to its first call", f"{seconds:.2f} s", "< 1.5 s", spread)


def _first_call(rows: Path, out: Path) -> float:
    """Seconds from the start of a run to the arrival of its first call at the endpoint."""
    with endpoint() as server:
        started = time.monotonic()
        run(evolve(rows, out, *server.options))
        return server.stats()["first_arrival"] - started


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    given = parser.parse_args()
    show(lambda: measure(given.repeats))


if __name__ == "__main__":
    main()
