"""Observers: told about each call as it ends, while somebody watches a run."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from prompts.roles import Speaker
from runners.calls.spent import Spent


class EndedCall(NamedTuple):
    """A call that was sent once, and its outcome."""

    role: Speaker
    model: str
    """The model string."""
    endpoint: str
    """The base URL, or the model string if there is none."""
    outcome: str
    """`answered`, the `Kind` of its fault, `stopped` (with its run), or `abandoned`."""
    seconds: float
    """Duration from its start, when it got a slot, to its end."""
    spent: Spent | None = None
    """The usage of an answer; None without an answer."""


class CallObserver(Protocol):
    """Is told about calls, in the run's event loop, so its methods must be fast."""

    def ended(self, call: EndedCall) -> None:
        """A call has ended."""
        ...

    def first_byte(self, model: str, seconds: float) -> None:
        """A model's answer took this many seconds to begin. Not every client reports it."""
        ...


CallObservers = Sequence[CallObserver]
