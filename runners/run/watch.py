"""The watch over work under way: how fast it goes, what it takes, when it will be done."""

import time
from abc import ABC, abstractmethod
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

from nodes.unchanged import Edits
from runners.calls.run_admission import RunAdmission
from runners.calls.spending import Spending
from runners.run.judge_watch import JudgeWatch

_RECENT = 60.0
"""Seconds over which speed is measured."""


@dataclass(frozen=True, kw_only=True)
class Measures:
    """What calls and spending tell of work at a moment. Money and times are None where unknown."""

    in_flight: int
    limit: int
    calls: int
    """Calls answered by endpoints, over all resumes."""
    calls_per_second: float
    input_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None
    cached_tokens: int | None
    cache_written_tokens: int | None
    cache_written_1h_tokens: int | None
    cached_share: float | None
    """Of the prompts' tokens."""
    cost_usd: float | None
    saved_usd: float | None
    """What caches have saved of it."""
    projected_cost_usd: float | None
    eta_seconds: float | None
    trouble: str | None


@dataclass(frozen=True, kw_only=True)
class Moment(Measures, ABC):
    """Work at one moment."""

    done: int
    failed: int
    last_error: str | None
    judge: str | None = None
    """What is unhealthy about the judge's last verdicts; None if nothing is."""
    editor: str | None = None
    """What is to be said of the last edits, if nearly all of them change nothing."""

    @property
    @abstractmethod
    def total(self) -> int:
        """How much there is to do in all, in what `done` counts."""

    @property
    @abstractmethod
    def in_words(self) -> list[str]:
        """How far it is and what came of it, piece by piece."""

    def as_dict(self) -> dict[str, Any]:
        """The moment as JSON has it."""
        return asdict(self)


class Watch(ABC):
    """Follows work from its calls and its spending."""

    unit: str = "rows"
    """What `outcomes` counts."""

    def __init__(self, admission: RunAdmission, spending: Spending, judge: JudgeWatch) -> None:
        self.admission, self.spending, self.judge = admission, spending, judge
        self._recent: deque[tuple[float, int, int]] = deque()
        self.snapshot()

    @abstractmethod
    def snapshot(self) -> Moment:
        """Look at the work now."""

    @property
    @abstractmethod
    def outcomes(self) -> dict[str, int]:
        """How many of its units came to what, those that are left among them: they add up."""

    @property
    def edits(self) -> Edits | None:
        """How many of the last edits change nothing; None where nobody edits."""
        return None

    def _measure(self, done: int, total: int) -> dict[str, Any]:
        """Measure, field by field of Measures; `done` of `total` is what takes calls."""
        gates, spent, cost = (
            self.admission.gates.values(),
            self.spending.total,
            self.spending.cost,
        )
        done_per_second, calls_per_second = self._speeds(done, spent.calls)
        measures = Measures(
            in_flight=sum(gate.in_flight for gate in gates),
            limit=sum(gate.speed.size for gate in gates),
            calls=spent.calls,
            calls_per_second=calls_per_second,
            **spent.tokens,
            cached_share=spent.cached_share,
            cost_usd=cost,
            saved_usd=self.spending.saved,
            projected_cost_usd=cost / done * total if cost is not None and done else None,
            eta_seconds=(total - done) / done_per_second if done_per_second else None,
            trouble=self._trouble(),
        )
        return asdict(measures)

    def _trouble(self) -> str | None:
        """What an endpoint suffers from, with its address where there are several."""
        gates = self.admission.gates
        troubles = ((name, gate.trouble) for name, gate in gates.items() if gate.trouble)
        name, trouble = next(troubles, ("", None))
        return f"{name}: {trouble}" if trouble and len(gates) > 1 else trouble

    def _speeds(self, done: int, calls: int) -> tuple[float, float]:
        """What is done, and calls, a second over the recent past."""
        now = time.monotonic()
        self._recent.append((now, done, calls))
        while now - self._recent[0][0] > _RECENT:
            self._recent.popleft()
        then, done_then, calls_then = self._recent[0]
        elapsed = max(now - then, 0.001)
        return (done - done_then) / elapsed, (calls - calls_then) / elapsed
