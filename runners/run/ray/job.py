"""The job of a run's actors: everything they need except environment variables."""

from collections.abc import Sequence
from typing import NamedTuple

from graph.frameworks import Framework
from nodes.conversation import ConversationContext
from runners.calls.call_options import CallOptions
from runners.tracing.switch import TracedRows


class Job(NamedTuple):
    """What to do with every sample."""

    context: ConversationContext
    """With its prompt pack loaded, because actors may not have the file."""
    options: CallOptions
    """The whole run's, or with the number of calls that one actor may have in flight."""
    framework: Framework
    traces: TracedRows | None
    earlier: Sequence[ConversationContext] = ()
    """The settings of this run before its token limits were raised."""
