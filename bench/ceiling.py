"""How many calls a second the loopback endpoint can answer.

    python -m bench.ceiling --rows 300

No contender can make more calls a second than this. The senders are bare aiohttp loops with the
prompts of a run: first one of them, then two at once.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from bench.measure import Endpoint, endpoint, evolve, folder, parser_of
from bench.process import Usage, run
from bench.slope import slope, write_sizes
from bench.table import Figure, show

_FEW = 200
_SENDERS = (1, 2)


class Ceiling(NamedTuple):
    """What the endpoint and a bare sender reach."""

    calls_a_second: dict[int, float]
    """By the number of senders."""
    cpu_ms: float
    """CPU of a sender, a call."""


def measure_ceiling(data: Path | None, count: int) -> Ceiling:
    """Record the prompts of a run, and send them as fast as the endpoint takes them."""
    with folder() as home:
        prompts = home / "prompts.jsonl"
        rows = write_sizes(home, data, count).all
        with endpoint("--record", str(prompts)) as server:
            run(evolve(rows, home / "run", "--rounds", "1", *server.options))
            calls: int = server.stats()["answered"]
        speeds = {senders: _speed(prompts, senders) for senders in _SENDERS}
        with endpoint() as server:
            few, whole = (_send(prompts, server, size) for size in (_FEW, calls))
    return Ceiling(speeds, slope(few, whole, calls - _FEW).cpu_ms)


def _speed(prompts: Path, senders: int) -> float:
    with endpoint() as server, ThreadPoolExecutor(senders) as pool:
        for sender in [pool.submit(_send, prompts, server) for _ in range(senders)]:
            sender.result()
        stats = server.stats()
    return stats["answered"] / (stats["last_finish"] - stats["first_arrival"])


def _send(prompts: Path, server: Endpoint, calls: int | None = None) -> Usage:
    only = [] if calls is None else ["--calls", str(calls)]
    return run([sys.executable, "-m", "bench.bare", str(prompts), server.base_url, *only])


def measure(data: Path | None = None, count: int = 300) -> Iterator[Figure]:
    """Yield the endpoint's ceiling and a bare sender's CPU."""
    ceiling = measure_ceiling(data, count)
    for senders, speed in ceiling.calls_a_second.items():
        yield Figure(f"endpoint's ceiling, {senders} bare senders", f"{speed:.0f} calls/s")
    yield Figure("bare aiohttp loop: CPU a call", f"{ceiling.cpu_ms:.2f} ms")


def main() -> None:
    """Print the table."""
    given = parser_of(__doc__, rows=300).parse_args()
    show(lambda: measure(given.data, given.rows))


if __name__ == "__main__":
    main()
