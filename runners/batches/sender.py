"""The sender of one model's calls in batches: what `runners.calls.sender` is for calls alone."""

from langchain_core.outputs import ChatGeneration

from nodes.models.names import base_url_of
from nodes.models.settings import ModelSettings
from runners.batches.courier import Courier
from runners.batches.gathering import Asked
from runners.batches.keeping import Outcome
from runners.batches.protocol import BatchLine, Bodies
from runners.calls.answers import answer_of, may_be_chance
from runners.calls.call import Call
from runners.calls.faults import CallError, Fault
from runners.calls.run_admission import RunAdmission
from runners.calls.sender import EMPTY_ATTEMPTS, CallSender
from runners.calls.sizes import BYTES_A_TOKEN, Sizes
from runners.calls.spent import spent_on
from runners.storage.batch_table import Line
from runners.storage.journal import key_of

_BESIDE = 2000
"""Bytes of a line beside its prompt, at the most."""


class BatchSender:
    """Has calls answered in batches; a courier counts and keeps the answers."""

    def __init__(
        self,
        courier: Courier,
        gate: str,
        settings: ModelSettings,
        bodies: Bodies,
        *,
        admission: RunAdmission,
        plain: CallSender | None,
    ) -> None:
        """`gate` is what admission calls the batches; `plain` sends what they do not answer."""
        self._courier, self._gate = courier, gate
        self._bodies, self._admission, self._plain = bodies, admission, plain
        self._base_url, self._sizes = base_url_of(settings), Sizes.of(settings)
        self.llm_string = self.identity(settings)
        """The model with its settings, as the journal has it."""

    def identity(self, settings: ModelSettings) -> str:
        """What the journal calls this endpoint's model with these settings."""
        return settings.identity(self._base_url)

    async def send(self, call: Call, prompt: str) -> ChatGeneration:
        """Have a call answered in a batch; an empty answer is asked for again.

        Raises CallError if the row must fail, and the RunError with which the run stops.
        """
        for attempt in range(1, EMPTY_ATTEMPTS + 1):
            outcome = await self._once(call, prompt)
            if isinstance(outcome, Fault):
                return await self._elsewhere(call, prompt, outcome)
            if call.stop or attempt == EMPTY_ATTEMPTS or not may_be_chance(outcome):
                return outcome
        raise AssertionError("the last attempt has returned")

    async def _once(self, call: Call, prompt: str) -> Outcome:
        length = len(prompt.encode("utf-8", "surrogatepass"))
        request = self._sizes.request(call.role, (self._gate,), length)
        key = key_of(prompt, self.llm_string)
        line = BatchLine(key.hex(), self._bodies(call.messages, call.stop))
        tokens, size = length // BYTES_A_TOKEN, length + _BESIDE
        async with self._admission.slot(request) as slot:
            asked = Asked(key, Line(call.role, bool(call.stop)), line, tokens, size)
            outcome = await self._courier.answer(asked)
            if isinstance(outcome, Fault):
                slot.ended(outcome.kind.value)
            else:
                slot.ended("answered", spent_on(answer_of(outcome)))
            return outcome

    async def _elsewhere(self, call: Call, prompt: str, fault: Fault) -> ChatGeneration:
        """Send a call by itself that no batch has answered, if that is wanted and may help."""
        if self._plain is not None and fault.kind.may_pass:
            return await self._plain.send(call, prompt)
        raise CallError(call.stage, fault, 2 if fault.kind.may_pass else 1)
