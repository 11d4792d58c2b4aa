"""The admission of a run: all callers' calls are admitted, counted and kept here."""

import logging
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from langchain_core.caches import BaseCache
from langchain_core.outputs import ChatGeneration

from nodes.models.gguf import most_at
from prompts.roles import Speaker
from runners.calls.admission import CallRequest, Diagnosis
from runners.calls.call_options import CallOptions
from runners.calls.faults import Fault, Kind
from runners.calls.gate import Gate
from runners.calls.line import Line
from runners.calls.observer import CallObservers, EndedCall
from runners.calls.speed import Cause, Speed
from runners.calls.spending import Spending
from runners.calls.spent import Spent
from runners.errors import RunError

_log = logging.getLogger("coevol")
_NO_ANSWER = (Kind.TRANSIENT, Kind.UNREADABLE, Kind.GONE)
_REFUSALS = {Kind.THROTTLED: Cause.RATE, Kind.BUSY: Cause.LOAD}


class RunAdmission:
    """Admits calls to a run's endpoints: a gate for each, one journal, one account of spending.

    A call holds its place until its answer is kept, so a kill costs at most the calls in flight.
    """

    def __init__(
        self,
        options: CallOptions,
        journal: BaseCache,
        spending: Spending,
        warn: Callable[[str], None] = _log.warning,
        observers: CallObservers = (),
    ) -> None:
        """`warn` is given messages for the user about an endpoint, `observers` each call."""
        self._options, self._spending, self.warn = options, spending, warn
        self.journal, self.observers = journal, observers
        self._answered: set[str] = set()
        """Models that have answered."""
        self.gates: dict[str, Gate] = {}
        self._lines: dict[tuple[str, ...], Line] = {}
        self.stopped: RunError | None = None

    @property
    def has_answered(self) -> bool:
        """Whether any model has answered since the start."""
        return bool(self._answered)

    def open(self, *endpoints: str) -> None:
        """Create missing gates for the endpoints, and the line of those that are equivalent."""
        for endpoint in endpoints:
            if endpoint not in self.gates:
                self.gates[endpoint] = self._gate(endpoint)
        if endpoints not in self._lines:
            first, *others = (self.gates[endpoint] for endpoint in endpoints)
            self._lines[endpoints] = first.line_with(*others)

    def open_wide(self, endpoint: str, most: int) -> None:
        """Prepare for calls that do not go to the endpoint one by one, such as those of a batch.

        None of them ever holds back another.
        """
        gate = self.gates[endpoint] = Gate(Speed(most, most), float("inf"), name=endpoint)
        self._lines[endpoint,] = gate.line_with()

    def count(self, role: Speaker, model: str, spent: Spent, tier: str) -> None:
        """Count an answer that arrived outside a call's slot."""
        self._answered.add(model)
        self._spending.count(role, model, spent, tier)

    def _gate(self, endpoint: str) -> Gate:
        lowest, highest = self._options.concurrency
        highest = most_at(endpoint, highest)
        speed = Speed(min(lowest, highest), highest, self._options.rpm, self._options.tpm)

        def warn(problem: str) -> None:
            self.warn(f"{endpoint}: {problem}")

        patience = self._options.give_up_after
        return Gate(speed, patience, self._give_up, warn, endpoint)

    def _give_up(self, reason: RunError) -> None:
        """Stop the run, unless another endpoint that calls can go to may still answer."""
        for endpoints in self._lines:
            if all(self.gates[each].has_given_up for each in endpoints):
                self.close(reason)

    async def kept(self, prompt: str, llm_string: str) -> ChatGeneration | None:
        """Look into the journal."""
        found = await self.journal.alookup(prompt, llm_string)
        return found[0] if found and isinstance(found[0], ChatGeneration) else None

    def slot(self, request: CallRequest) -> "_Slot":
        """Wait until an endpoint's gate and the budget admit the call."""
        line = self._lines.get(request.endpoints)
        if line is None:
            self.open(*request.endpoints)
            line = self._lines[request.endpoints]
        return _Slot(self, line, self._spending, request, self._answered)

    def settled(self, prompt: str, llm_string: str, answer: ChatGeneration | None) -> None:
        """Nothing to do: in one process, callers know which of their calls are in flight."""

    def close(self, reason: RunError) -> None:
        """Close all gates; calls in flight continue and are kept."""
        self.stopped = self.stopped or reason
        for gate in self.gates.values():
            gate.close(self.stopped)

    def log_unanswered(self) -> None:
        """Log the unanswered calls of the last second, too: the run is over."""
        for gate in self.gates.values():
            gate.log_unanswered()


class _Slot:
    """A call in flight."""

    _gate: Gate

    def __init__(
        self,
        admission: RunAdmission,
        line: Line,
        spending: Spending,
        request: CallRequest,
        models: set[str],
    ) -> None:
        self._admission, self._line = admission, line
        self._spending, self._request, self._models = spending, request, models
        self._started = 0.0
        self._has_ended = False
        """Whether the outcome of the call is known."""

    async def __aenter__(self) -> Self:
        request = self._request
        name = await self._line.enter(request.expected, request.avoids)
        self._gate, self._started = self._admission.gates[name], time.monotonic()
        try:
            self._spending.reserve(*self._reserved)
        except RunError as reason:
            self._leave(reason)
            raise
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> None:
        self._spending.release(*self._reserved)
        if not self._has_ended:
            self.ended("stopped" if isinstance(error, RunError) else "abandoned")
        self._leave(error)

    def _leave(self, error: BaseException | None) -> None:
        if isinstance(error, RunError):
            self._gate.close(error)  # first, so that nobody takes this place
        self._gate.leave()

    @property
    def _reserved(self) -> tuple[str, Spent, str]:
        return self._request.model, self._request.most, self._request.tier

    @property
    def endpoint(self) -> str:
        return self._gate.name

    @property
    def has_answered(self) -> bool:
        return self._request.model in self._models

    def answered(self, spent: Spent, tier: str = "") -> None:
        self._models.add(self._request.model)
        self._spending.count(self._request.role, self._request.model, spent, tier)
        self.ended("answered", spent)
        tokens = spent.input_tokens + spent.output_tokens
        self._gate.answered(self._started, self._request.expected, tokens)

    def paid(self, spent: Spent, tier: str = "") -> None:
        self._spending.count(self._request.role, self._request.model, spent, tier)

    async def failed(self, fault: Fault) -> Diagnosis:
        self.ended(fault.kind.value)
        reason = f"{fault.name}: {fault.message}"
        is_full = False
        if fault.may_be_billed:
            self._spending.unanswered(*self._reserved)
        if fault.kind in _REFUSALS:
            cause = _REFUSALS[fault.kind]
            is_full = self._gate.refused(self._started, fault.retry_after, reason, cause)
        elif fault.kind is Kind.SLOW:
            is_full = self._gate.late(self._started, reason)
        elif fault.kind is Kind.UNREADABLE and not self.has_answered:
            pass  # it may not be an API, so nobody need wait for it
        elif fault.kind in _NO_ANSWER:
            self._gate.failed(reason, refused_connection=fault.kind is Kind.GONE)
        return Diagnosis(self._gate.is_gone, is_full, self._gate.speed.is_answering)

    def ended(self, outcome: str, spent: Spent | None = None) -> None:
        """Tell the observers the outcome; its usage is counted elsewhere."""
        self._has_ended = True
        for each in self._admission.observers:
            seconds = time.monotonic() - self._started
            role, model = self._request.role, self._request.model
            each.ended(EndedCall(role, model, self._gate.name, outcome, seconds, spent))
