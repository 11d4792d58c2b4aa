"""Admission: what callers ask to be let through, and what they are told of it."""

from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, Protocol

from langchain_core.caches import BaseCache
from langchain_core.outputs import ChatGeneration

from prompts.roles import Speaker
from runners.calls.faults import Fault
from runners.calls.observer import CallObservers
from runners.calls.spent import Spent
from runners.errors import RunError


class CallRequest(NamedTuple):
    """A call that a caller wants to send."""

    role: Speaker
    endpoints: tuple[str, ...]
    """Where it may go, under the limits of each: base URLs, or the model where there is none."""
    model: str
    expected: int
    """Tokens of prompt and answer that it will take, by the look of it."""
    most: Spent
    """What it can take at the most."""
    avoids: tuple[str, ...] = ()
    """Endpoints at which it has just failed; it goes there only while no other one is open."""
    tier: str = ""
    """The service tier that it asks for, if not the usual one."""


class Diagnosis(NamedTuple):
    """What a failed call tells of its endpoint."""

    is_gone: bool
    """Nothing but failures comes from it: all calls wait."""
    is_full: bool
    """It has too many calls, this one included: all wait, and fewer are sent."""


class Slot(Protocol):
    """A call's place among those in flight: it has it until the block ends."""

    @property
    def endpoint(self) -> str:
        """Where the call is to go."""
        ...

    @property
    def has_answered(self) -> bool:
        """Whether the model has answered any call of this run since it was started."""
        ...

    def answered(self, spent: Spent, tier: str = "") -> None:
        """Count the answer, which is paid; `tier` is the service tier if not the usual one."""
        ...

    def paid(self, spent: Spent, tier: str = "") -> None:
        """Count what was paid for an answer that is none."""
        ...

    async def failed(self, fault: Fault) -> Diagnosis:
        """Report that there is no answer."""
        ...


class Admission(Protocol):
    """What a caller needs of the run that it makes calls for."""

    @property
    def journal(self) -> BaseCache:
        """The answered calls."""
        ...

    @property
    def observers(self) -> CallObservers:
        """Who hears of calls."""
        ...

    @property
    def stopped(self) -> RunError | None:
        """Why no call is let through any more; None while they are."""
        ...

    async def kept(self, prompt: str, llm_string: str) -> ChatGeneration | None:
        """What the journal has of a call that nobody is to make, None if it has nothing."""
        ...

    def open(self, *endpoints: str) -> None:
        """Prepare for calls that may go to any of these endpoints."""
        ...

    def slot(self, request: CallRequest) -> AbstractAsyncContextManager[Slot]:
        """Wait for a call's slot. Raises the RunError that closed admission, or one of its own.

        A RunError that leaves the block closes the endpoint's gate.
        """
        ...

    def settled(self, prompt: str, llm_string: str, answer: ChatGeneration | None) -> None:
        """Hear how a call ended which the journal did not have; None if it failed for good."""
        ...

    def close(self, reason: RunError) -> None:
        """Let no further call through; the first reason counts."""
        ...
