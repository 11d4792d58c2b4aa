"""The job of a run's actors: all that they need to know, except for environment variables."""

from collections.abc import Sequence
from typing import NamedTuple

from graph.frameworks import Framework
from nodes.conversation import ConversationContext
from runners.calls.call_options import CallOptions
from runners.tracing.switch import TracedRows


class Job(NamedTuple):
    """What is to be done with every sample."""

    context: ConversationContext
    """With its prompt pack loaded: actors may not have the file."""
    options: CallOptions
    """Of the whole run, or with the calls that one actor may have in flight."""
    framework: Framework
    traces: TracedRows | None
    earlier: Sequence[ConversationContext] = ()
    """The settings of this run before its limits were raised."""
