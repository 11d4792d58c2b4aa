"""The names of LangGraph's that are private, each used here alone, because no public one exists.

Checked with LangGraph 1.2. (`nodes.unheard` rearranges a compiled graph's nodes, too.)
"""

from collections.abc import Callable
from typing import Any

from langgraph.config import get_config
from langgraph.constants import START
from langgraph.graph.state import CompiledStateGraph


def complete_input(
    graph: CompiledStateGraph[Any, Any, Any, Any], complete: Callable[[Any], Any]
) -> None:
    """Have `complete` applied to each input of a graph before it is written into the channels.

    LangGraph writes only the keys that a plain dict has, also where `input_schema` has defaults for
    the others, so on a thread the values of the previous input would stay in the other channels.
    A node at the start would see too late which keys were given.
    """
    graph.nodes[START].mapper = complete


def has_checkpointer() -> bool:
    """Whether the graph that is running has a checkpointer; False outside a graph.

    `Runtime.execution_info` does not tell: it has the thread's id without a checkpointer as well.
    """
    try:
        settings = get_config().get("configurable", {})
    except RuntimeError:  # a node invoked by itself, outside of a graph
        settings = {}
    return settings.get("__pregel_checkpointer") is not None
