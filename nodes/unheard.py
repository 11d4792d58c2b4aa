"""Unheard: runs a graph's nodes without LangChain's callbacks if no handler is listening.

LangGraph wraps each node in callback managers, with copies of tags and metadata, and in two asyncio
tasks, even if no handler is listening.
"""

from collections.abc import AsyncIterator
from typing import Any, cast

from langchain_core.callbacks import BaseCallbackManager, Callbacks
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import var_child_runnable_config
from langgraph.graph.state import CompiledStateGraph
from langsmith.utils import tracing_is_enabled  # pyright: ignore[reportUnknownVariableType]


def is_heard(callbacks: Callbacks) -> bool:
    """Whether any handler hears of a run. A manager already includes LangSmith's tracer."""
    if isinstance(callbacks, BaseCallbackManager):
        return bool(callbacks.handlers)
    return bool(callbacks or tracing_is_enabled())


class _Unheard(Runnable[Any, Any]):
    """A node with its writers: as LangGraph combined them (`heard`), and separately."""

    def __init__(
        self, heard: Runnable[Any, Any], node: Runnable[Any, Any], writers: list[Runnable[Any, Any]]
    ) -> None:
        self._heard, self._node, self._writers = heard, node, writers

    def invoke(self, input: Any, config: RunnableConfig | None = None, **more: Any) -> Any:
        """Run as LangGraph would: the fast way is for asynchronous runs only."""
        return self._heard.invoke(input, config, **more)

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **more: Any) -> Any:
        """Run the node, then its writers, without callbacks if no handler is listening."""
        if config is None or is_heard(config.get("callbacks")):
            return await self._heard.ainvoke(input, config, **more)
        token = var_child_runnable_config.set(config)
        try:
            output = await self._node.ainvoke(input, config, **more)
        finally:
            var_child_runnable_config.reset(token)
        for writer in self._writers:
            await writer.ainvoke(output, config)
        return output

    async def astream(
        self, input: Any, config: RunnableConfig | None = None, **more: Any
    ) -> AsyncIterator[Any]:
        """Run as LangGraph would: whoever streams a node listens to it."""
        async for part in self._heard.astream(input, config, **more):
            yield part


def run_unheard(graph: CompiledStateGraph[Any, Any, Any, Any]) -> None:
    """Let the nodes of a graph skip callbacks while no handler is listening."""
    for node in graph.nodes.values():
        heard, writers = node.node, cast("list[Runnable[Any, Any]]", node.flat_writers)
        if heard is not None and heard is not node.bound and heard not in writers:
            node.node = _Unheard(heard, node.bound, writers)
