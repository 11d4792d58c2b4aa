"""Progress: what a run reports, call by call, to whoever streams it in mode `custom`."""

from collections.abc import Callable
from typing import Any, Literal

from langgraph.config import get_stream_writer
from typing_extensions import TypedDict  # see nodes.state

from prompts.roles import Role


class CallProgress(TypedDict):
    """A call to a model begins or ends. A call that fails does not end: the run's error tells."""

    k: int
    """Number of the round, from 1."""
    node: str
    """The node whose call it is."""
    role: Role
    """The role as which the node speaks."""
    status: Literal["begins", "ends"]


def teller() -> Callable[[CallProgress], None]:
    """The function that streams an event; outside a graph it does nothing."""
    try:
        return get_stream_writer()
    except RuntimeError:  # a node invoked by itself, outside of a graph
        return _to_nobody


def _to_nobody(_: Any) -> None:
    pass
