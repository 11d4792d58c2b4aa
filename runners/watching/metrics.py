"""Metrics of the work, in the form of Prometheus' client."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)

from runners.calls.observer import EndedCall
from runners.folder.guard_tally import GuardTally
from runners.folder.records import Record, rounds_of
from runners.run.progress import every
from runners.run.watch import Watch
from runners.watching.collector import FiguresCollector
from runners.watching.figures import figures_of
from runners.watching.seconds import BUCKETS

_INTERVAL = 1.0
"""Seconds between updates."""


class Metrics:
    """A watcher that counts for Prometheus. Calls, rounds and guards are those of this start."""

    def __init__(self, run: str) -> None:
        """Start counting; `run` names what is watched."""
        disable_created_metrics()  # a second series for every counter, which nobody needs
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        info = Gauge(
            "coevol_run_info", "What is watched.", ("run", "version"), registry=self.registry
        )
        info.labels(run, version("coevol")).set(1)
        self._calls = self._counter("calls", "Calls by how they ended.", "role", "model", "outcome")
        self._seconds = self._histogram("call", "until a call is answered", "role", "model")
        self._first_byte = self._histogram("first_byte", "until an answer begins", "model")
        self._rounds = self._counter("rounds", "Rounds by how they ended.", "outcome")
        self._refusals = self._counter(
            "guard_refusals", "Edits by the guard that refused them.", "guard"
        )
        self._now = FiguresCollector()
        self.registry.register(self._now)

    def ended(self, call: EndedCall) -> None:
        """Count a call."""
        self._calls.labels(call.role, call.model, call.outcome).inc()
        if call.outcome == "answered":
            self._seconds.labels(call.role, call.model).observe(call.seconds)

    def first_byte(self, model: str, seconds: float) -> None:
        """Count how long an answer took to begin."""
        self._first_byte.labels(model).observe(seconds)

    def row(self, record: Record) -> None:
        """Count the rounds of a row."""
        guards = GuardTally()
        for each in rounds_of(record):
            guards.add(each)
            self._rounds.labels(each["outcome"]).inc()
        for guard, edits in guards.refused.items():
            self._refusals.labels(guard).inc(edits)

    @asynccontextmanager
    async def follow(self, view: Watch) -> AsyncGenerator[None]:
        """Update each second, and once more at the end."""
        look = partial(self._look, view)
        look()
        try:
            async with every(_INTERVAL, look):
                yield
        finally:
            look()

    def _look(self, view: Watch) -> None:
        self._now.figures = figures_of(view)

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"coevol_{name}", what, labels, registry=self.registry)

    def _histogram(self, name: str, what: str, *labels: str) -> Histogram:
        full = f"coevol_{name}_seconds"
        return Histogram(full, f"Seconds {what}.", labels, registry=self.registry, buckets=BUCKETS)
