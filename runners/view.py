"""The view of a run at work: where it stands, how fast it goes, when it will be done."""

import time
from collections import deque
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple, Protocol

from runners.desk import RunDesk
from runners.evolution import Record, rounds_of
from runners.ledger import Counts
from runners.meter import Meter

_RECENT = 60.0
"""Seconds over which speed is measured."""


class Snapshot(NamedTuple):
    """A run at one moment. Money and times are None where they are unknown."""

    rows: int
    done: int
    improved: int
    failed: int
    rounds: int
    """Rounds run since this start."""
    in_flight: int
    limit: int
    calls: int
    """Calls answered by endpoints, over all resumes."""
    calls_per_second: float
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    projected_cost_usd: float | None
    eta_seconds: float | None
    trouble: str | None
    last_error: str | None

    def as_dict(self) -> dict[str, Any]:
        """The snapshot as JSON has it."""
        return self._asdict()


class View:
    """Follows a run from its desk, its meter and the rows that finish."""

    def __init__(self, counts: Counts, desk: RunDesk, meter: Meter) -> None:
        self._desk, self._meter = desk, meter
        self._counts: Counts = counts
        self._rounds = 0
        self._last_error: str | None = None
        self._recent: deque[tuple[float, int, int]] = deque()
        self.snapshot()

    @property
    def counts(self) -> Counts:
        """Rows by what became of them, over all resumes."""
        return self._counts

    def finished(self, evolution: Record) -> None:
        """Count a row that is done."""
        evolved, improved, failed = self._counts[1:]
        if evolution.failure is None:
            evolved += 1
            improved += evolution.accepted > 0
            self._rounds += len(rounds_of(evolution))
        else:
            failed += 1
            self._last_error = f"{evolution.failure.error}: {evolution.failure.message}"
        self._counts = Counts(self._counts.rows, evolved, improved, failed)

    def snapshot(self) -> Snapshot:
        """Look at the run now."""
        counts, gates, total = self._counts, self._desk.gates.values(), self._meter.total
        done = counts.evolved + counts.failed
        rows_per_second, calls_per_second = self._speeds(done, total.calls)
        cost = self._meter.cost
        return Snapshot(
            rows=counts.rows,
            done=done,
            improved=counts.improved,
            failed=counts.failed,
            rounds=self._rounds,
            in_flight=sum(gate.in_flight for gate in gates),
            limit=sum(gate.limit.size for gate in gates),
            calls=total.calls,
            calls_per_second=calls_per_second,
            input_tokens=total.input_tokens,
            output_tokens=total.output_tokens,
            cost_usd=cost,
            projected_cost_usd=cost / done * counts.rows if cost is not None and done else None,
            eta_seconds=counts.left / rows_per_second if rows_per_second else None,
            trouble=next((gate.trouble for gate in gates if gate.trouble), None),
            last_error=self._last_error,
        )

    def _speeds(self, done: int, calls: int) -> tuple[float, float]:
        """Rows and calls a second over the recent past."""
        now = time.monotonic()
        self._recent.append((now, done, calls))
        while now - self._recent[0][0] > _RECENT:
            self._recent.popleft()
        then, done_then, calls_then = self._recent[0]
        elapsed = max(now - then, 0.001)
        return (done - done_then) / elapsed, (calls - calls_then) / elapsed


class Follower(Protocol):
    """Who is told how a run goes."""

    def say(self, text: str) -> None:
        """Hear a line that is meant for a person."""
        ...

    def warn(self, text: str) -> None:
        """Hear of something that is wrong although the run goes on."""
        ...

    def follow(self, view: View) -> AbstractAsyncContextManager[None]:
        """Watch the run for as long as the block lasts."""
        ...

    async def row(self, record: Record) -> None:
        """Hear of a row that is done, and on the disk."""
        ...
