"""Calls a second at an endpoint that refuses some of them, beside one that refuses none.

    python -m bench.refusals --rows 200

Each run has 32 calls in flight, each of which takes a second. Its speed is measured from the 100th
call to the 900th, so that neither the start nor the last rows count.
"""

import time
from collections.abc import Iterator
from pathlib import Path

from bench.measure import endpoint, evolve, folder, parser_of
from bench.process import start
from bench.slope import write_sizes
from bench.table import Figure, show

_CONCURRENCY = 32
_LATENCY = 1.0
_SINCE, _UNTIL = 100, 900
_REFUSING = ((503, 50), (503, 20), (429, 50), (429, 20), (503, 2), (429, 2))
"""Status, and one call in so many that gets it."""


def measure(data: Path | None, rows: int) -> Iterator[Figure]:
    """Yield the calls a second without refusals, then with them and their share of the first."""
    with folder() as home:
        _, rows_file = write_sizes(home, data, rows)
        clean = _calls_a_second(rows_file, home / "clean")
        yield Figure("nothing refused", f"{clean:.0f} calls/s")
        for status, every in _REFUSING:
            options = ["--refuse-every", str(every), "--refuse-status", str(status)]
            speed = _calls_a_second(rows_file, home / f"{status}-{every}", *options)
            target = ">= 80%" if every > 2 else ""
            share = f"{speed / clean:.0%} of it"
            yield Figure(f"{status} on one call in {every}", f"{speed:.0f} calls/s", target, share)


def _calls_a_second(rows: Path, out: Path, *refusing: str) -> float:
    with endpoint("--latency", str(_LATENCY), "--words", "40", *refusing) as server:
        process = start(evolve(rows, out, *server.options, "--concurrency", str(_CONCURRENCY)))
        moments: list[float] = []
        try:
            for calls in (_SINCE, _UNTIL):
                while server.stats()["answered"] < calls and process.poll() is None:
                    time.sleep(0.05)
                moments.append(time.monotonic())
        finally:
            process.kill()
            process.wait()
    return (_UNTIL - _SINCE) / (moments[1] - moments[0])


def main() -> None:
    """Print the table."""
    given = parser_of(__doc__, rows=200).parse_args()
    show(lambda: measure(given.data, given.rows))


if __name__ == "__main__":
    main()
