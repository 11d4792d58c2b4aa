"""All measurements at modest sizes, in one table; some six minutes.

    python -m bench

Each has a command of its own with larger sizes: bench.cpu, bench.utilisation, bench.memory,
bench.resume and bench.tracing. docs/performance.md holds the figures of such runs.
"""

from collections.abc import Iterator

from bench import cpu, memory, resume, tracing, utilisation
from bench.table import Figure, show


def measure() -> Iterator[Figure]:
    """Yield the figures of every measurement."""
    yield from cpu.measure()
    yield from utilisation.measure(passes=1)
    yield from memory.measure()
    yield from resume.measure(rows=100)
    yield from tracing.measure(count=60, passes=1)


if __name__ == "__main__":
    show(measure)
