"""The caller of one model: who sends a call, and what is done about its failures."""

import asyncio
import json
import random
from typing import NamedTuple, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from nodes.answer import is_unfinished, read_answer
from nodes.guards.finish import BrokenAnswerError, check_answered, ending_of
from nodes.models.errors import call_errors
from nodes.models.names import endpoint_name, endpoint_of
from nodes.models.request import longest_answer
from nodes.models.settings import ModelSettings
from nodes.models.thinking import read_content, thinking_kept
from nodes.state import Answer
from prompts.roles import Role
from runners.calls.admission import Admission, CallRequest, Slot
from runners.calls.call_options import Retries
from runners.calls.faults import CallError, Fault, Kind, understand
from runners.calls.spending import Spent, spent_on
from runners.errors import UsageError
from runners.storage.json_text import json_text

_EMPTY_ATTEMPTS = 3
"""How often a call is sent whose answer is empty, before the empty answer is taken."""
_REFUSALS = 10
"""How often a call is throttled (429, 503) before it may be that the endpoint refuses it alone."""
_LONGEST_BACKOFF = 30.0
_BYTES_A_TOKEN = 4
_FEWEST_BYTES_A_TOKEN = 2
"""For what a call may take at the most: few texts have more than a token in two bytes of UTF-8."""
_TOLD = ("finish_reason", "model_name")
"""What is kept of an answer's metadata."""


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
        listed = (f'["{each.type}", {json_text(each.content)}]' for each in self.messages)
        return f"[[{', '.join(listed)}], {json.dumps(self.stop, ensure_ascii=False)}]"


class Caller:
    """Makes the calls of one model with one set of settings.

    A call that the journal has is not sent, and equal calls that are asked for at the same time
    are sent once. An answer is in the journal, on the disk, before anyone uses it.
    """

    def __init__(
        self,
        model: BaseChatModel,
        settings: ModelSettings,
        *,
        admission: Admission,
        retries: Retries,
    ) -> None:
        """Make the caller, and open admission for its endpoint. Raises ModelError."""
        self._model, self._settings = model, settings
        self._admission, self._retries = admission, retries
        self._endpoint = endpoint_name(settings)
        admission.open(self._endpoint)
        endpoint = endpoint_of(settings)
        base_url = None if endpoint is None else endpoint.base_url
        self._llm_string = settings.identity(base_url)
        self._longest = longest_answer(settings)
        self._on_the_way: dict[str, asyncio.Task[ChatGeneration]] = {}

    async def call(self, call: Call) -> ChatGeneration:
        """Answer a call from the journal, else from the endpoint.

        Raises CallError if the row must fail, and the RunError with which the run stops.
        """
        prompt = call.prompt
        task = self._on_the_way.get(prompt)
        if task is None:
            kept = await self._admission.journal.alookup(prompt, self._llm_string)
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
            # Whoever waits has the error; if nobody does, it was no one's call.
            failed = task.cancelled() or task.exception() is not None
            self._admission.settled(prompt, self._llm_string, None if failed else task.result())

        task = self._on_the_way[prompt] = asyncio.create_task(self._ask(call, prompt))
        task.add_done_callback(landed)
        return task

    async def _ask(self, call: Call, prompt: str) -> ChatGeneration:
        """Send the call until it is answered or must fail."""
        failures = empties = refusals = 0
        while True:
            sent = await self._send(call, prompt)
            if isinstance(sent, ChatGeneration):
                empties += 1
                # Before a text at which the model may stop, nothing is an answer too.
                if call.stop or empties >= _EMPTY_ATTEMPTS or not _may_be_chance(_answer(sent)):
                    return sent
                continue
            fault = sent.fault
            refusals += fault.kind in (Kind.THROTTLED, Kind.BUSY)
            failures += await self._is_its_own(call, sent, refusals)
            if fault.kind is Kind.ROW or failures >= self._retries.attempts:
                raise CallError(call.stage, fault, max(failures, refusals, 1))
            if fault.kind is Kind.TRANSIENT:
                await asyncio.sleep(_backoff(failures))

    async def _is_its_own(self, call: Call, failure: "_Failed", refusals: int) -> bool:
        """Whether a fault that may pass is the call's own, not the endpoint's.

        If in doubt, the endpoint is greeted: calls that it can't answer, though it answers others,
        must fail rather than be tried until the run gives up.
        """
        is_transient = failure.fault.kind is Kind.TRANSIENT
        if is_transient and not failure.endpoint_is_gone:
            return True
        if not is_transient and refusals < _REFUSALS:
            return False
        greeting = Call(call.role, call.stage, [HumanMessage("Hello!")], None)
        return isinstance(await self._send(greeting, greeting.prompt), ChatGeneration)

    async def _send(self, call: Call, prompt: str) -> "ChatGeneration | _Failed":
        """Send the call once, when admission lets it through, and keep its answer."""
        length, output = len(prompt.encode("utf-8", "surrogatepass")), self._longest
        expected = length // _BYTES_A_TOKEN + output // 2
        most = Spent(1, 0, length // _FEWEST_BYTES_A_TOKEN, output)
        async with self._admission.slot(
            CallRequest(self._endpoint, self._settings.model, expected, most)
        ) as slot:
            sent = await self._attempt(call, slot)
            if isinstance(sent, Fault):
                return _Failed(sent, await slot.failed(sent))
            answer = _answer(sent)
            try:
                check_answered(answer["finish_reason"])
            except BrokenAnswerError as error:
                if answer["input_tokens"] is not None:  # it is paid all the same
                    slot.answered(call.role, spent_on(answer))
                fault = understand(error, answered_before=slot.has_answered)
                return _Failed(fault, await slot.failed(fault))
            slot.answered(call.role, spent_on(answer))
            if _is_worth_keeping(answer):
                await self._admission.journal.aupdate(prompt, self._llm_string, [sent])
            return sent

    async def _attempt(self, call: Call, slot: Slot) -> ChatGeneration | Fault:
        """Send the call. Raises UsageError if no call of this model can succeed."""
        try:
            async with asyncio.timeout(self._retries.timeout):
                # The model's own method: the public one would trace the call a second time.
                result = await self._model._agenerate(  # pyright: ignore[reportPrivateUsage]
                    call.messages, stop=call.stop
                )
            return _plain(result)
        except TimeoutError:
            message = f"no answer within {self._retries.timeout:g} s"
            return Fault(Kind.TRANSIENT, "TimeoutError", message)
        except call_errors() as error:
            fault = understand(error, answered_before=slot.has_answered)
            if fault.kind is Kind.RUN:
                raise UsageError(f"{self._settings.model}: {fault.message}") from None
            return fault


class _Failed(NamedTuple):
    """A call that was sent once and not answered."""

    fault: Fault
    endpoint_is_gone: bool


def _plain(result: ChatResult) -> ChatGeneration:
    """Keep of a model's result what the graph reads, the same for every model."""
    generation = result.generations[0]
    message = cast("AIMessage", generation.message)
    if tuple(message.response_metadata) == _TOLD and generation.generation_info is None:
        return generation
    told = {**message.response_metadata, **(generation.generation_info or {})}
    told.setdefault("model_name", (result.llm_output or {}).get("model_name"))
    spoken = read_content(message.content, message.additional_kwargs)
    return ChatGeneration(
        message=AIMessage(
            spoken.text,
            additional_kwargs=thinking_kept(spoken),
            response_metadata={name: told.get(name) for name in _TOLD},
            usage_metadata=message.usage_metadata,
        )
    )


def _from_journal(generation: ChatGeneration) -> ChatGeneration:
    """Mark an answer that was paid for before, or for another row, so that a trace can tell it."""
    message = generation.message.model_copy()  # tracing adds to it, and others may have it too
    return ChatGeneration(message=message, generation_info={"from_journal": True})


def _answer(generation: ChatGeneration) -> Answer:
    return read_answer(cast("AIMessage", generation.message))


def _may_be_chance(answer: Answer) -> bool:
    """Whether an answer is empty for no reason that is known: the next one may have something.

    One that never came after the thinking, or that was filtered, would be bought again unchanged.
    """
    if answer["text"].strip() or is_unfinished(answer):
        return False
    return ending_of(answer["finish_reason"]) == "finished"


def _is_worth_keeping(answer: Answer) -> bool:
    """Empty, truncated and filtered answers may turn out better next time; they are not kept.

    Thinking without an answer is: with the same limit it would only come to the same.
    """
    is_whole = ending_of(answer["finish_reason"]) == "finished" and bool(answer["text"].strip())
    return is_whole or is_unfinished(answer)


def _backoff(failures: int) -> float:
    """Seconds to wait after so many failures, with jitter so that calls do not return in step."""
    return random.uniform(0.5, 1) * min(_LONGEST_BACKOFF, 2.0**failures / 2)
