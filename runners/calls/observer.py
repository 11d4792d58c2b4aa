"""Observers: who hears of each call as it ends. There are none unless somebody watches a run."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from prompts.roles import Speaker
from runners.calls.spent import Spent


class EndedCall(NamedTuple):
    """A call that was sent once, and how that ended."""

    role: Speaker
    model: str
    """Its model string."""
    endpoint: str
    """A base URL, or the model string where there is none."""
    outcome: str
    """`answered`, the `Kind` of its fault, `stopped` with its run, or `abandoned`."""
    seconds: float
    """From its start, when a place was free for it, to its end."""
    spent: Spent | None = None
    """What an answer took; None where there is none."""


class CallObserver(Protocol):
    """Who hears of calls, in the event loop of the run: it must be quick."""

    def ended(self, call: EndedCall) -> None:
        """Hear of a call that has ended."""
        ...

    def first_byte(self, model: str, seconds: float) -> None:
        """Hear how long an answer of a model's took to begin, which not every client tells."""
        ...


CallObservers = Sequence[CallObserver]
