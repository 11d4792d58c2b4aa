"""The line to one model: who sends a call, and what is done about its failures."""

import asyncio
import json
import random
from typing import NamedTuple, cast

import httpx
import openai
from langchain_core.caches import BaseCache
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from nodes.node import read_answer
from nodes.settings import ModelSettings
from nodes.state import Answer
from prompts.pack import Role
from runners.errors import RunError, UsageError
from runners.faults import CallError, Fault, Kind, understand
from runners.gate import Gate
from runners.meter import Meter, Spent

_EMPTY_ATTEMPTS = 3
"""How often a call is sent whose answer is empty, before the empty answer is taken."""
_REFUSALS = 10
"""How often a call is throttled (429, 503) before it may be that the endpoint refuses it alone."""
_LONGEST_BACKOFF = 30.0
_BYTES_A_TOKEN = 4
_FEWEST_BYTES_A_TOKEN = 2
"""For what a call may take at the most: few texts have more than a token in two bytes of UTF-8."""


class Retries(NamedTuple):
    """How long and how often a call is tried."""

    timeout: float = 300.0
    """Seconds that one attempt may take."""
    attempts: int = 5
    """Attempts that may fail before the row does; throttled ones only where others are answered."""


class Call(NamedTuple):
    """One call of one agent."""

    role: Role
    stage: str
    """The node that calls."""
    messages: list[BaseMessage]
    stop: list[str] | None

    @property
    def prompt(self) -> str:
        """The call's content as text: with the model's settings, the journal's key."""
        content = [[message.type, message.content] for message in self.messages]
        return json.dumps([content, self.stop], ensure_ascii=False)


class Line:
    """Makes the calls of one model with one set of settings.

    A call that the journal has is not sent, and equal calls that are asked for at the same time
    are sent once. An answer is in the journal, on the disk, before anyone uses it.
    """

    def __init__(
        self,
        model: BaseChatModel,
        settings: ModelSettings,
        *,
        gate: Gate,
        journal: BaseCache,
        meter: Meter,
        retries: Retries,
        base_url: str | None,
    ) -> None:
        self._model, self._settings = model, settings
        self._gate, self._journal, self._meter, self._retries = gate, journal, meter, retries
        self._llm_string = settings.model_copy(update={"base_url": base_url}).model_dump_json()
        self._on_the_way: dict[str, asyncio.Task[ChatGeneration]] = {}
        self._has_answered = False

    async def call(self, call: Call) -> ChatGeneration:
        """Answer a call from the journal, else from the endpoint.

        Raises CallError if the row must fail, and the RunError with which the run stops.
        """
        prompt = call.prompt
        task = self._on_the_way.get(prompt)
        if task is None:
            kept = await self._journal.alookup(prompt, self._llm_string)
            if kept and isinstance(kept[0], ChatGeneration):
                return _from_journal(kept[0])
            if prompt not in self._on_the_way:
                return await asyncio.shield(self._start(call, prompt))
            task = self._on_the_way[prompt]
        return _from_journal(await asyncio.shield(task))

    @property
    def on_the_way(self) -> int:
        """Calls that are asked for and not answered yet."""
        return len(self._on_the_way)

    async def settle(self) -> None:
        """Wait until the calls in flight are answered and kept."""
        await asyncio.gather(*self._on_the_way.values(), return_exceptions=True)

    def abandon(self) -> None:
        """Cancel the calls in flight, and the rows that wait for them."""
        for task in self._on_the_way.values():
            task.cancel()

    def _start(self, call: Call, prompt: str) -> asyncio.Task[ChatGeneration]:
        """Make the call in a task of its own: it is paid, so it goes on if its row is cancelled."""

        def landed(task: asyncio.Task[ChatGeneration]) -> None:
            del self._on_the_way[prompt]
            if not task.cancelled():
                task.exception()  # whoever waits has it; if nobody does, it was no one's call

        task = self._on_the_way[prompt] = asyncio.create_task(self._ask(call, prompt))
        task.add_done_callback(landed)
        return task

    async def _ask(self, call: Call, prompt: str) -> ChatGeneration:
        """Send the call until it is answered or must fail."""
        failures = empties = refusals = 0
        while True:
            sent = await self._send(call, prompt)
            if isinstance(sent, ChatGeneration):
                empties += not sent.text.strip()
                # Before a text at which the model may stop, nothing is an answer too.
                if sent.text.strip() or call.stop or empties >= _EMPTY_ATTEMPTS:
                    return sent
                continue
            refusals += sent.kind in (Kind.THROTTLED, Kind.BUSY)
            failures += await self._is_its_own(call, sent, refusals)
            if sent.kind is Kind.ROW or failures >= self._retries.attempts:
                raise CallError(call.stage, sent, max(failures, refusals, 1))
            if sent.kind is Kind.TRANSIENT:
                await asyncio.sleep(_backoff(failures))

    async def _is_its_own(self, call: Call, fault: Fault, refusals: int) -> bool:
        """Whether a fault that may pass is the call's own, not the endpoint's.

        If in doubt, the endpoint is greeted: calls that it can't answer, though it answers others,
        must fail rather than be tried until the run gives up.
        """
        if fault.kind is Kind.TRANSIENT and not self._gate.is_gone:
            return True
        if fault.kind is not Kind.TRANSIENT and refusals < _REFUSALS:
            return False
        greeting = Call(call.role, call.stage, [HumanMessage("Hello!")], None)
        return isinstance(await self._send(greeting, greeting.prompt), ChatGeneration)

    async def _send(self, call: Call, prompt: str) -> ChatGeneration | Fault:
        """Send the call once, when the gate and the budget let it through, and keep its answer.

        It is in flight until it is kept: a kill costs no more calls than may be in flight.
        """
        length, output = len(prompt.encode("utf-8", "surrogatepass")), self._settings.max_tokens
        expected = length // _BYTES_A_TOKEN + output // 2
        started = await self._gate.enter(expected)
        try:
            most = Spent(1, 0, length // _FEWEST_BYTES_A_TOKEN, output)
            with self._meter.reserved(self._settings.model, most):
                sent = await self._attempt(call, started, expected)
            if isinstance(sent, ChatGeneration) and _is_worth_keeping(sent):
                await self._journal.aupdate(prompt, self._llm_string, [sent])
            return sent
        except RunError as reason:
            self._gate.close(reason)  # first of all: nobody is to take this place
            raise
        finally:
            self._gate.leave()

    async def _attempt(self, call: Call, started: float, expected: int) -> ChatGeneration | Fault:
        try:
            async with asyncio.timeout(self._retries.timeout):
                # The model's own method: the public one would trace the call a second time.
                result = await self._model._agenerate(  # pyright: ignore[reportPrivateUsage]
                    call.messages, stop=call.stop
                )
            generation = _plain(result)
        except TimeoutError:
            message = f"no answer within {self._retries.timeout:g} s"
            fault = Fault(Kind.TRANSIENT, "TimeoutError", message)
        except (openai.APIError, httpx.HTTPError, ValueError, IndexError) as error:
            # ValueError and IndexError: an answer that is no chat completion (HTML, no choices).
            fault = understand(error, answered_before=self._has_answered)
        else:
            self._has_answered = True
            answer = read_answer(cast("AIMessage", generation.message))
            self._meter.count(call.role, self._settings.model, answer)
            self._gate.answered(expected, _tokens(answer))
            return generation
        if fault.kind is Kind.RUN:
            raise UsageError(f"{self._settings.model}: {fault.message}")
        self._report(fault, started)
        return fault

    def _report(self, fault: Fault, started: float) -> None:
        reason = f"{fault.name}: {fault.message}"
        if fault.kind is Kind.THROTTLED:
            self._gate.throttled(started, fault.retry_after, reason)
        elif fault.kind is Kind.BUSY:
            self._gate.busy(started, fault.retry_after, reason)
        elif fault.kind in (Kind.TRANSIENT, Kind.GONE):
            self._gate.failed(reason, refused_connection=fault.kind is Kind.GONE)


def _plain(result: ChatResult) -> ChatGeneration:
    """Keep of a model's result what the graph reads, the same for every model."""
    generation = result.generations[0]
    message = cast("AIMessage", generation.message)
    told = {**message.response_metadata, **(generation.generation_info or {})}
    told.setdefault("model_name", (result.llm_output or {}).get("model_name"))
    return ChatGeneration(
        message=AIMessage(
            message.text,
            response_metadata={name: told.get(name) for name in ("finish_reason", "model_name")},
            usage_metadata=message.usage_metadata,
        )
    )


def _from_journal(generation: ChatGeneration) -> ChatGeneration:
    """Mark an answer that was paid for before, or for another row, so that a trace can tell it."""
    message = generation.message.model_copy()  # tracing adds to it, and others may have it too
    return ChatGeneration(message=message, generation_info={"from_journal": True})


def _is_worth_keeping(generation: ChatGeneration) -> bool:
    """Empty answers and truncated ones may turn out better next time; they are not kept."""
    reason = generation.message.response_metadata["finish_reason"]
    return bool(generation.text.strip()) and reason != "length"


def _tokens(answer: Answer) -> int:
    return (answer["input_tokens"] or 0) + (answer["output_tokens"] or 0)


def _backoff(failures: int) -> float:
    """Seconds to wait after so many failures, with jitter so that calls do not return in step."""
    return random.uniform(0.5, 1) * min(_LONGEST_BACKOFF, 2.0**failures / 2)
