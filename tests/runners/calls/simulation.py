"""Calls to an endpoint on a virtual clock: the real sender and gate, no network, no waiting.

outcome = simulate(Taking(20), seconds=60, concurrency=64)
"""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from langchain_core.caches import InMemoryCache
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

from nodes.models.settings import ModelSettings
from prompts.roles import Speaker
from runners.calls.call import Call
from runners.calls.call_options import CallOptions, Retries
from runners.calls.faults import CallError
from runners.calls.http_errors import status_error
from runners.calls.run_admission import RunAdmission
from runners.calls.sender import Sender
from runners.calls.spending import Spending
from runners.calls.spent import Spent
from runners.errors import RunError
from tests.support.virtual_time import START

ENDPOINT = "http://endpoint/v1"


@dataclass
class Outcome:
    """What came of a simulation. Times are seconds since its start."""

    answered: list[float] = field(default_factory=list[float])
    refused: list[float] = field(default_factory=list[float])
    late: int = 0
    failed: int = 0
    """Rows that failed."""
    warnings: list[str] = field(default_factory=list[str])
    stopped: RunError | None = None

    def rate(self, since: float, until: float) -> float:
        """Answers a second."""
        return sum(since <= moment < until for moment in self.answered) / (until - since)


class Refused(Exception):
    """The endpoint's refusal."""

    def __init__(self, status: int, headers: dict[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.headers = status, headers or {}


Behaviour = Callable[[float], Any]
"""Awaited for each call with the time of its arrival: returns, or raises Refused."""


class _Model(BaseChatModel):
    """The endpoint as a chat model."""

    _behaviour: Behaviour = PrivateAttr()
    _outcome: Outcome = PrivateAttr()

    def __init__(self, behaviour: Behaviour, outcome: Outcome) -> None:
        super().__init__(cache=False)
        self._behaviour, self._outcome = behaviour, outcome

    @property
    def _llm_type(self) -> str:
        return "simulated"

    def _generate(self, *_: Any, **__: Any) -> ChatResult:
        raise NotImplementedError

    async def _agenerate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        try:
            await self._behaviour(time.monotonic() - START)
        except Refused as refusal:
            self._outcome.refused.append(time.monotonic() - START)
            body = b'{"error": {"message": "not now"}}'
            raise status_error(ENDPOINT, refusal.status, refusal.headers, body) from None
        except asyncio.CancelledError:
            self._outcome.late += 1
            raise
        self._outcome.answered.append(time.monotonic() - START)
        told = {"finish_reason": "stop", "model_name": "m"}
        return ChatResult(
            generations=[ChatGeneration(message=AIMessage("Yes.", response_metadata=told))]
        )


class _Spending(Spending):
    """Counts nothing: there is no database."""

    def __init__(self) -> None:
        pass

    def reserve(self, model: str, most: Spent, tier: str = "") -> None:
        pass

    def release(self, model: str, most: Spent, tier: str = "") -> None:
        pass

    def unanswered(self, model: str, most: Spent, tier: str = "") -> None:
        pass

    def count(self, role: Speaker, model: str, paid: Spent, tier: str = "") -> None:
        pass


async def simulate(
    behaviour: Behaviour, seconds: float, concurrency: int = 32, **retries: Any
) -> Outcome:
    """Send calls for so long, as many as a run of many rows would have waiting."""
    random.seed(0)
    outcome = Outcome()
    options = CallOptions(concurrency=(1, concurrency), retries=Retries(**retries))
    warn = outcome.warnings.append
    admission = RunAdmission(options, InMemoryCache(), _Spending(), warn)
    sender = Sender(
        {ENDPOINT: _Model(behaviour, outcome)},
        ModelSettings(model="vllm:m", base_url=ENDPOINT),
        admission=admission,
        retries=options.retries,
    )

    async def row(number: int) -> None:
        call = Call("judge", "judge", [HumanMessage(f"Row {number}")], None)
        while time.monotonic() - START < seconds and admission.stopped is None:
            try:
                await sender.send(call, call.prompt)
            except CallError:
                outcome.failed += 1
            except RunError as reason:
                outcome.stopped = reason
                admission.close(reason)

    await asyncio.gather(*(row(number) for number in range(8 * concurrency)))
    outcome.stopped = admission.stopped
    return outcome
