"""The sender of one model's calls: sends each until it is answered or must fail."""

import asyncio
import random
from collections.abc import Mapping
from typing import NamedTuple, Protocol

from langchain_core.language_models import BaseChatModel
from langchain_core.outputs import ChatGeneration

from nodes.models.errors import call_errors
from nodes.models.names import base_url_of
from nodes.models.settings import ModelSettings
from runners.calls.addresses import has_version, no_api, refused_key, right_address
from runners.calls.admission import Admission, Diagnosis, Slot
from runners.calls.affinity import Affinity
from runners.calls.answers import (
    answer_of,
    is_worth_keeping,
    may_be_chance,
    plain_answer,
    tier_of,
    whole_answer,
)
from runners.calls.call import Call
from runners.calls.call_options import Retries
from runners.calls.faults import CallError, Fault, Kind, understand
from runners.calls.pauses import Pauses
from runners.calls.sizes import Sizes
from runners.calls.spent import spent_on
from runners.calls.tiers import NO_TIERS, TierOfCall, Tiers
from runners.errors import RunError, Stopped, UsageError

EMPTY_ATTEMPTS = 3
"""How often a call is sent while its answer is empty, before the empty answer is accepted."""
_GREETINGS = 3
"""Most greetings sent to find out whether the row or the key is at fault."""
_LONGEST_BACKOFF = 30.0
_BY_CHANCE = 1 / 8
"""Of a step, for a refusal by an endpoint that answers others, and does not have too many: waiting
longer does not make it less likely."""
_STEP = 0.5
"""Seconds between checks, during a wait, whether the run has stopped."""
_KEY_ERRORS = ("AuthenticationError", "PermissionDeniedError")
"""The SDKs' names for statuses 401 and 403."""
_REFUSED = (Kind.THROTTLED, Kind.BUSY, Kind.SHORT)
_ITS_OWN = (Kind.TRANSIENT, Kind.SLOW, Kind.UNREADABLE, Kind.ROW, Kind.REFUSED)
"""Kinds that are the call's own fault while the endpoint works."""


Models = Mapping[str, BaseChatModel]
"""A model's clients, by the endpoint that each calls."""


class CallSender(Protocol):
    """The interface of senders that a caller needs."""

    @property
    def llm_string(self) -> str:
        """The model with its settings, as the journal identifies it."""
        ...

    def identity(self, settings: ModelSettings) -> str:
        """The journal's name for this endpoint's model with these settings."""
        ...

    async def send(self, call: Call, prompt: str) -> ChatGeneration:
        """Send a call until it is answered, and keep the answer.

        Raises CallError if the row must fail, and the RunError that stops the run.
        """
        ...


class Sender:
    """Sends calls when admission allows, and keeps their answers in its journal."""

    def __init__(
        self,
        models: Models,
        settings: ModelSettings,
        *,
        admission: Admission,
        retries: Retries,
        tiers: Tiers = NO_TIERS,
        affinity: Affinity | None = None,
    ) -> None:
        """Create the sender, and open admission for its endpoints. Raises ModelError."""
        self._models, self._settings = models, settings
        self._admission, self._retries, self._tiers = admission, retries, tiers
        self._affinity = affinity
        self._endpoints = tuple(models)
        admission.open(*self._endpoints)
        self._base_url = base_url_of(settings)
        self.llm_string = self.identity(settings)
        """The model with its settings, as the journal identifies it."""
        self._sizes = Sizes.of(settings)
        self._greetings: dict[str, asyncio.Task[ChatGeneration | _Failure]] = {}

    def identity(self, settings: ModelSettings) -> str:
        """The journal's name for this endpoint's model with these settings."""
        return settings.identity(self._base_url)

    async def send(self, call: Call, prompt: str) -> ChatGeneration:
        """Send the call until it is answered. `prompt` is `call.prompt`, passed in to save time.

        Raises CallError if the row must fail, and the RunError that stops the run.
        """
        failures, empties, refusals, steps = 0, 0, 0, 0.0
        pauses, tier = Pauses(self._endpoints), TierOfCall(self._tiers)
        while True:
            sent = await self._once(call, prompt, tier, self._endpoints, pauses.lasting)
            if isinstance(sent, ChatGeneration):
                empties += 1
                # If the model may stop at a text, an empty answer before it is an answer, too.
                if call.stop or empties >= EMPTY_ATTEMPTS or not may_be_chance(sent):
                    return sent
                continue
            refusals += sent.is_refusal
            steps += sent.step
            fails = await self._fails(call, sent)
            failures += await self._is_its_own(call, sent)
            if fails or failures >= self._retries.attempts:
                raise CallError(call.stage, sent.fault, max(failures, refusals, 1))
            least = sent.fault.retry_after or 0.0
            pauses.begin(sent.endpoint, max(least, _backoff(failures + steps)))
            await self._wait(tier.wait(pauses.shortest))
            if tier.go_on_if_due():
                pauses = Pauses(self._endpoints)

    async def _wait(self, seconds: float) -> None:
        """Wait before sending the call again. Raises the RunError if the run stops meanwhile."""
        while seconds > 0 and self._admission.stopped is None:
            await asyncio.sleep(min(seconds, _STEP))
            seconds -= _STEP
        if self._admission.stopped is not None:
            raise self._admission.stopped

    async def _fails(self, call: Call, failure: "_Failure") -> bool:
        """Whether the call's row must fail now.

        Raises the RunError that stops the run if the endpoint answers a greeting in the same way:
        the key is no longer valid, or the address is not an API.
        """
        kind = failure.fault.kind
        if kind is not Kind.REFUSED and (kind is not Kind.UNREADABLE or failure.answered_before):
            return kind is Kind.ROW
        greeted = await self._greet(call, failure.endpoint)
        if isinstance(greeted, ChatGeneration):
            return kind is Kind.REFUSED
        is_no_api = kind is greeted.fault.kind is Kind.UNREADABLE and not greeted.answered_before
        if is_no_api or greeted.fault.kind is Kind.REFUSED:
            reason = self._reason(greeted.fault, failure.endpoint)
            self._admission.close(reason)
            raise reason
        return False

    async def _greet(self, call: Call, endpoint: str) -> "ChatGeneration | _Failure":
        """Send a greeting, a few times if it fails."""
        greeted = await self._greet_once(call, endpoint)
        for attempt in range(1, _GREETINGS):
            if isinstance(greeted, ChatGeneration) or greeted.fault.kind is Kind.REFUSED:
                break
            await self._wait(_backoff(attempt))
            greeted = await self._greet_once(call, endpoint)
        return greeted

    async def _greet_once(self, call: Call, endpoint: str) -> "ChatGeneration | _Failure":
        """Send a greeting; other calls in doubt at the same time share it."""
        greeting = self._greetings.get(endpoint)
        if greeting is None or greeting.done():
            tier = TierOfCall(self._tiers)
            sent = self._once(call.greeting, call.greeting.prompt, tier, (endpoint,))
            greeting = self._greetings[endpoint] = asyncio.create_task(sent)
        return await asyncio.shield(greeting)

    async def _is_its_own(self, call: Call, failure: "_Failure") -> bool:
        """Whether a temporary fault is the call's own rather than the endpoint's.

        A refusal never is: the call waits while others are answered, and after that until the gate
        gives up. Otherwise, if other calls have problems too, the endpoint is greeted: a call that
        it can't answer although it answers others must fail, instead of being tried until the gate
        gives up.
        """
        kind = failure.fault.kind
        if failure.is_refusal or kind is Kind.GONE:
            return False
        if kind in _ITS_OWN and not failure.ruling.is_gone:
            return True
        return isinstance(await self._greet_once(call, failure.endpoint), ChatGeneration)

    async def _once(
        self,
        call: Call,
        prompt: str,
        tier: TierOfCall,
        endpoints: tuple[str, ...],
        avoids: tuple[str, ...] = (),
    ) -> "ChatGeneration | _Failure":
        """Send the call once, where and when admission allows, and keep its answer."""
        length, billed = len(prompt.encode("utf-8", "surrogatepass")), tier.billed
        request = self._sizes.request(call.role, endpoints, length, avoids, billed)
        async with self._admission.slot(request) as slot:
            sent = await self._attempt(call, slot, tier)
            if isinstance(sent, Fault):
                if sent.paid is not None:
                    slot.paid(sent.paid, billed)
                sent = tier.understood(sent)
                return _Failure(slot.endpoint, sent, await slot.failed(sent), slot.has_answered)
            answer = answer_of(sent)
            slot.answered(spent_on(answer), tier_of(sent, asked=billed))
            if is_worth_keeping(answer, stops=bool(call.stop)):
                await self._admission.journal.aupdate(prompt, self.llm_string, [sent])
            return sent

    async def _attempt(self, call: Call, slot: Slot, tier: TierOfCall) -> ChatGeneration | Fault:
        """Send the call. Raises the RunError that ends the run if no call can succeed."""
        timeout = tier.timeout(self._retries.timeout)
        told = self._affinity.entries(slot.endpoint, call.messages) if self._affinity else {}
        tier.sent()
        try:
            async with asyncio.timeout(timeout):
                # The model's private method, because the public one would trace the call a second
                # time.
                result = await self._models[slot.endpoint]._agenerate(  # pyright: ignore[reportPrivateUsage]
                    call.messages, stop=call.stop, **tier.entries, **told
                )
            return whole_answer(plain_answer(result))
        except TimeoutError:
            message = f"no answer within {timeout:g} s"
            return Fault(Kind.SLOW, "TimeoutError", message, may_be_billed=True)
        except call_errors() as error:
            fault = understand(error, answered_before=slot.has_answered)
            if fault.kind in (Kind.RUN, Kind.ACCOUNT):
                raise self._reason(fault, slot.endpoint) from None
            return fault

    def _reason(self, fault: Fault, endpoint: str) -> RunError:
        """Why the run stops: a wrong setting, or an account problem that can be settled."""
        if fault.kind is Kind.UNREADABLE and self._base_url is not None:
            return UsageError(no_api(endpoint, fault.message))
        is_wrong_path = self._base_url is not None and (
            fault.is_page or (fault.name == "NotFoundError" and not has_version(endpoint))
        )
        where = f" at {endpoint}" if len(self._endpoints) > 1 or is_wrong_path else ""
        model = f"{self._settings.model}{where}"
        if fault.kind is Kind.ACCOUNT:
            once = "the run can be resumed once the account is in order"
            return Stopped(f"{model}: {fault.message}; {once}")
        key = refused_key(self._settings.model) if fault.name in _KEY_ERRORS else None
        refused = "" if key is None else f"refused {key}: "
        hint = f"; {right_address(endpoint)}" if is_wrong_path else ""
        said = f"a web page, {fault.message!r}" if fault.is_page else fault.message
        return UsageError(f"{model}: {refused}{said}{hint}")


class _Failure(NamedTuple):
    """A call that was sent once and not answered."""

    endpoint: str
    fault: Fault
    ruling: Diagnosis
    answered_before: bool

    @property
    def is_refusal(self) -> bool:
        """Whether the endpoint refused it for now, or had too many others."""
        is_late = self.fault.kind is Kind.SLOW and self.ruling.is_full
        return is_late or self.fault.kind in _REFUSED

    @property
    def step(self) -> float:
        """By how many steps a refusal lets the call's pauses grow."""
        if not self.is_refusal:
            return 0.0
        is_by_chance = self.ruling.is_answering and not self.ruling.is_full
        return _BY_CHANCE if is_by_chance else 1.0


def _backoff(failures: float) -> float:
    """Seconds to wait after this many failures, with jitter so that calls don't return in step."""
    return random.uniform(0.5, 1) * min(_LONGEST_BACKOFF, 2.0**failures / 2)
