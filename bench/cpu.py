"""CPU time of the driver for each call, against bare loops that send the very same prompts.

    python -m bench.cpu --rows 300 --passes 3

The endpoint answers at once. Every contender runs as a process at two sizes, and the slope between
them is its cost of a call: starting and importing cancel out, reading rows, the journal and writing
results do not. Each pass runs all contenders, one after another.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bench.measure import Endpoint, Usage, endpoint, evolve, folder, middle, run
from bench.rows import take_rows, write_rows
from bench.table import Figure, show

_FEW = 15
_LABELS = {
    "coevol": "coevol evolve",
    "default": "bare openai.AsyncOpenAI",
    "aiohttp": "bare openai.AsyncOpenAI, aiohttp transport",
    "none": "bare aiohttp session on uvloop, no SDK",
}


class Cost(NamedTuple):
    """What one more call costs."""

    cpu_ms: float
    calls_a_second: float


class Bench:
    """The rows, the prompts that they lead to, and where both are kept."""

    def __init__(self, home: Path, data: Path | None, count: int) -> None:
        """Record the prompts of a run, which also warms the bytecode up."""
        self._home, self._runs = home, 0
        taken = take_rows(data, count)
        self._few = write_rows(home / "few.jsonl", taken[:_FEW])
        self._all = write_rows(home / "all.jsonl", taken)
        self._prompts = home / "prompts.jsonl"
        with endpoint() as server:
            self._evolve(self._few, server)
            self._few_calls: int = server.stats()["answered"]
        with endpoint("--record", str(self._prompts)) as server:
            self._evolve(self._all, server)
            self.recorded: dict[str, Any] = server.stats()
        self.calls: int = self.recorded["answered"]

    def cost(self, contender: str, server: Endpoint) -> Cost:
        """What one more call costs, from a few calls to many."""
        if contender == "coevol":
            few, many = (self._evolve(data, server) for data in (self._few, self._all))
        else:
            sizes = (self._few_calls, self.calls)
            few, many = (self._send(calls, contender, server) for calls in sizes)
        more = self.calls - self._few_calls
        return Cost(1000 * (many.cpu - few.cpu) / more, more / (many.seconds - few.seconds))

    def _evolve(self, data: Path, server: Endpoint) -> Usage:
        self._runs += 1
        out = self._home / f"run{self._runs}"
        return run(evolve(data, out, "--concurrency", "64", *server.options))

    def _send(self, calls: int, client: str, server: Endpoint) -> Usage:
        sender = [sys.executable, "-m", "bench.bare", str(self._prompts), server.base_url, client]
        return run([*sender, "--calls", str(calls)])


def measure(data: Path | None = None, count: int = 300, passes: int = 3) -> Iterator[Figure]:
    """Yield the CPU of a call, contender by contender, and CoEvol's ratio to each."""
    with folder() as home:
        bench = Bench(home, data, count)
        with endpoint() as server:
            costs = [{each: bench.cost(each, server) for each in _LABELS} for _ in range(passes)]
    yield _sizes(bench)
    for contender, label in _LABELS.items():
        cpu, spread = middle(cost[contender].cpu_ms for cost in costs)
        speed, _ = middle(cost[contender].calls_a_second for cost in costs)
        target = "<= 1.2 ms" if contender == "coevol" else ""
        yield Figure(f"{label}: CPU a call", f"{cpu:.2f} ms, {speed:.0f} calls/s", target, spread)
    for contender, label in list(_LABELS.items())[1:]:
        ratio, spread = middle(cost["coevol"].cpu_ms / cost[contender].cpu_ms for cost in costs)
        yield Figure(f"coevol : {label}", f"{ratio:.2f}", "", spread)


def _sizes(bench: Bench) -> Figure:
    totals = bench.recorded
    said, told = (totals[name] / bench.calls for name in ("prompt_words", "answer_words"))
    each = f"{said:.0f} words in and {told:.0f} out a call"
    return Figure("calls of a contender", str(bench.calls), "", each)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="JSON list of Alpaca rows; default: made-up ones")
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--passes", type=int, default=3)
    given = parser.parse_args()
    show(lambda: measure(given.data, given.rows, given.passes))


if __name__ == "__main__":
    main()
