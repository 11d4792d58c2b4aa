"""What tracing costs a call, in CPU and time: off, on, sampled, and with LangSmith away.

    python -m bench.tracing --rows 150 --passes 3

The model answers after 20 ms, with 64 calls in flight. Each case runs at two sizes, and the slope
between them is its cost of a call. How long a process stays after its last row is measured in a
separate run. LangSmith is a loopback endpoint that accepts whatever the client sends.
"""

import json
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from bench.measure import Endpoint, answered, endpoint, evolve, folder, middle, parser_of
from bench.process import run, start
from bench.slope import Sizes, Slope, slope, write_sizes
from bench.table import Figure, show
from tests.support.langsmith_server import Fault, serve_langsmith


class Case(NamedTuple):
    """A way to run."""

    label: str
    sample: float | None = None
    """Share of the rows that are traced, None without tracing."""
    fault: Fault | None = None


_CASES = (
    Case("tracing off"),
    Case("on, every row", 1.0),
    Case("on, one row in a hundred", 0.01),
    Case("on, nobody listens", 1.0, "refused"),
    Case("on, no answer ever", 1.0, "hangs"),
)


class Cost(NamedTuple):
    """What one more call costs, and how long a small run takes to leave."""

    call: Slope
    leaving: float
    """Seconds from the last row to the end of the process."""


def cost_of(case: Case, home: Path, data: Sizes, server: Endpoint) -> Cost:
    """Run a case at both sizes, with a LangSmith of its own."""
    options = ["--concurrency", "64", *server.options]
    variables: Mapping[str, str] = {}
    with ExitStack() as stack:
        if case.sample is not None:
            langsmith = stack.enter_context(serve_langsmith(fault=case.fault))
            variables, options = langsmith.variables, [*options, f"--trace-sample={case.sample}"]
        outs = [home / str(len(list(home.iterdir())) + place) for place in range(3)]
        few, whole = (
            run(evolve(file, out, *options), variables)
            for file, out in zip(data, outs[:2], strict=True)
        )
        leaving = _leaving([*evolve(data.few, outs[2], *options), "--json"], variables)
    return Cost(slope(few, whole, answered(outs[1]) - answered(outs[0])), leaving)


def _leaving(command: list[str], variables: Mapping[str, str]) -> float:
    """Run a command to its end; return the seconds after the last row that it tells of."""
    last = 0.0
    with start(command, variables, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["event"] == "row":
                last = time.monotonic()
        process.wait()
    return time.monotonic() - last


def measure(data: Path | None = None, count: int = 150, passes: int = 3) -> Iterator[Figure]:
    """Yield CPU and time of a call, case by case, and the wait at the end."""
    with folder() as home:
        files = write_sizes(home, data, count)
        with endpoint("--latency", "0.02") as server:
            cost_of(_CASES[1], home, files, server)  # warms the bytecode up
            costs = [
                {case: cost_of(case, home, files, server) for case in _CASES} for _ in range(passes)
            ]
    for case in _CASES:
        cpu, spread = middle(cost[case].call.cpu_ms for cost in costs)
        yield Figure(f"{case.label}: CPU a call", f"{cpu:.2f} ms", "", spread)
    for case in _CASES:
        ms, spread = middle(cost[case].call.ms for cost in costs)
        yield Figure(f"{case.label}: time a call", f"{ms:.2f} ms", "", spread)
    for case in _CASES:
        seconds, spread = middle(cost[case].leaving for cost in costs)
        yield Figure(f"{case.label}: last row to the end", f"{seconds:.1f} s", "<= 10 s", spread)


def main() -> None:
    """Print the table."""
    given = parser_of(__doc__, rows=150, passes=3).parse_args()
    show(lambda: measure(given.data, given.rows, given.passes))


if __name__ == "__main__":
    main()
