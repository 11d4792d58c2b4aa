"""Admission: the interface through which callers ask to send a call and report its outcome."""

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
    """Endpoints that may take it, each with its own limits: base URLs, or the model string."""
    model: str
    expected: int
    """Estimated tokens of prompt and answer."""
    most: Spent
    """Upper bound of what it can use."""
    avoids: tuple[str, ...] = ()
    """Endpoints where it has just failed; used only while no other one is open."""
    tier: str = ""
    """The service tier that it asks for; empty for the usual one."""


class Diagnosis(NamedTuple):
    """What a failed call says about its endpoint."""

    is_gone: bool
    """The endpoint returns nothing but failures: all calls wait."""
    is_full: bool
    """The endpoint has too many calls, including this one: all wait, and fewer are sent."""
    is_answering: bool
    """It has answered other calls since it was last found to be full."""


class Slot(Protocol):
    """A call's place among those in flight, held until the `async with` block ends."""

    @property
    def endpoint(self) -> str:
        """The endpoint that the call is to use."""
        ...

    @property
    def has_answered(self) -> bool:
        """Whether the model has answered any call since this run was started."""
        ...

    def answered(self, spent: Spent, tier: str = "") -> None:
        """Count an answer, which is paid; `tier` is its service tier, empty for the usual one."""
        ...

    def paid(self, spent: Spent, tier: str = "") -> None:
        """Count what was paid for an answer that is unusable."""
        ...

    async def failed(self, fault: Fault) -> Diagnosis:
        """Report that there is no answer."""
        ...


class Admission(Protocol):
    """What a caller needs to know about its run, and to tell it."""

    @property
    def journal(self) -> BaseCache:
        """The journal of answered calls."""
        ...

    @property
    def observers(self) -> CallObservers:
        """The observers that are told about calls."""
        ...

    @property
    def stopped(self) -> RunError | None:
        """Why no more calls are admitted; None while they are."""
        ...

    async def kept(self, prompt: str, llm_string: str) -> ChatGeneration | None:
        """The journal's answer to a call that will not be sent; None if it has none."""
        ...

    def open(self, *endpoints: str) -> None:
        """Prepare for calls that may go to any of these endpoints."""
        ...

    def slot(self, request: CallRequest) -> AbstractAsyncContextManager[Slot]:
        """Wait for a slot. Raises the RunError that closed admission, or Stopped by the budget.

        A RunError that leaves the block closes the endpoint's gate.
        """
        ...

    def settled(self, prompt: str, llm_string: str, answer: ChatGeneration | None) -> None:
        """Report how a call that was not in the journal ended; None if it failed for good."""
        ...

    def close(self, reason: RunError) -> None:
        """Admit no more calls; only the first reason counts."""
        ...
