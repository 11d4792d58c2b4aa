"""The job of a run's actors: all that they need to know, but for what the environment has."""

from typing import NamedTuple

from graph.ablations import Framework
from nodes.conversation import ConversationContext
from runners.engine_options import EngineOptions
from runners.tracing.switch import Traces


class Job(NamedTuple):
    """What is to be done with every sample."""

    context: ConversationContext
    """With its prompt pack loaded: actors may not have the file."""
    options: EngineOptions
    """Of the whole run, or with the calls that one actor may have in flight."""
    framework: Framework
    traces: Traces | None
