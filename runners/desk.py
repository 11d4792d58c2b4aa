"""The desk: where the calls of all lines are let through, counted and kept."""

from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from langchain_core.caches import BaseCache
from langchain_core.outputs import ChatGeneration

from prompts.pack import Role
from runners.engine_options import EngineOptions
from runners.errors import RunError
from runners.faults import Fault, Kind
from runners.gate import Gate
from runners.limit import Limit
from runners.meter import Meter, Spent
from runners.pace import Pace


class Ask(NamedTuple):
    """A call that a line wants to send."""

    endpoint: str
    """Whose limits it is under: a base URL, or the model where there is none."""
    model: str
    expected: int
    """Tokens of prompt and answer that it will take, by the look of it."""
    most: Spent
    """What it can take at the most."""


class Turn(Protocol):
    """A call's turn: it is in flight until the block ends."""

    @property
    def has_answered(self) -> bool:
        """Whether the model has answered any call of this run since it was started."""
        ...

    def answered(self, role: Role, spent: Spent) -> None:
        """Count the answer, which is paid."""
        ...

    async def failed(self, fault: Fault) -> bool:
        """Report that there is no answer; return whether the endpoint counts as gone."""
        ...


class Desk(Protocol):
    """What a line needs of the run that it makes calls for."""

    @property
    def journal(self) -> BaseCache:
        """The answered calls."""
        ...

    @property
    def stopped(self) -> RunError | None:
        """Why no call is let through any more; None while they are."""
        ...

    def open(self, endpoint: str) -> None:
        """Prepare for calls to an endpoint."""
        ...

    def turn(self, ask: Ask) -> AbstractAsyncContextManager[Turn]:
        """Wait for a call's turn. Raises the RunError that closed the desk, or one of its own.

        A RunError that leaves the block closes the endpoint's gate.
        """
        ...

    def settled(self, prompt: str, llm_string: str, answer: ChatGeneration | None) -> None:
        """Hear how a call ended which the journal did not have; None if it failed for good."""
        ...

    def close(self, reason: RunError) -> None:
        """Let no further call through; the first reason counts."""
        ...


class RunDesk:
    """The desk of a run, beside its database: one gate for each endpoint, one meter, one journal.

    A call's place is held until its answer is kept: a kill costs no more calls than may be in
    flight.
    """

    def __init__(self, options: EngineOptions, journal: BaseCache, meter: Meter) -> None:
        self._options, self._meter = options, meter
        self.journal = journal
        self._answered: set[str] = set()
        """Models that have answered."""
        self.gates: dict[str, Gate] = {}
        self.stopped: RunError | None = None

    def open(self, endpoint: str) -> None:
        """Make the gate of an endpoint, if there is none."""
        if endpoint not in self.gates:
            lowest, highest = self._options.concurrency
            pace = Pace(self._options.rpm, self._options.tpm)
            limit = Limit(lowest, highest)
            self.gates[endpoint] = Gate(limit, pace, self._options.give_up_after, self.close)

    def turn(self, ask: Ask) -> "_Turn":
        """Wait until the endpoint's gate and the budget let the call through."""
        return _Turn(self.gates[ask.endpoint], self._meter, ask, self._answered)

    def settled(self, prompt: str, llm_string: str, answer: ChatGeneration | None) -> None:
        """Do nothing: a line knows itself which of its calls are on the way."""

    def close(self, reason: RunError) -> None:
        """Close all gates; calls in flight go on and are kept."""
        self.stopped = self.stopped or reason
        for gate in self.gates.values():
            gate.close(self.stopped)


class _Turn:
    """A call in flight."""

    def __init__(self, gate: Gate, meter: Meter, ask: Ask, models: set[str]) -> None:
        self._gate, self._meter, self._ask, self._models = gate, meter, ask, models
        self._started = 0.0

    async def __aenter__(self) -> Self:
        self._started = await self._gate.enter(self._ask.expected)
        try:
            self._meter.reserve(self._ask.model, self._ask.most)
        except RunError as reason:
            self._leave(reason)
            raise
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> None:
        self._meter.release(self._ask.model, self._ask.most)
        self._leave(error)

    def _leave(self, error: BaseException | None) -> None:
        if isinstance(error, RunError):
            self._gate.close(error)  # first of all: nobody is to take this place
        self._gate.leave()

    @property
    def has_answered(self) -> bool:
        return self._ask.model in self._models

    def answered(self, role: Role, spent: Spent) -> None:
        self._models.add(self._ask.model)
        self._meter.count(role, self._ask.model, spent)
        self._gate.answered(self._ask.expected, spent.input_tokens + spent.output_tokens)

    async def failed(self, fault: Fault) -> bool:
        reason = f"{fault.name}: {fault.message}"
        if fault.kind is Kind.THROTTLED:
            self._gate.throttled(self._started, fault.retry_after, reason)
        elif fault.kind is Kind.BUSY:
            self._gate.busy(self._started, fault.retry_after, reason)
        elif fault.kind in (Kind.TRANSIENT, Kind.GONE):
            self._gate.failed(reason, refused_connection=fault.kind is Kind.GONE)
        return self._gate.is_gone
