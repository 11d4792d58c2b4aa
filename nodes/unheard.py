"""Unheard: nodes of a graph that run bare where nobody hears of them.

LangGraph begins and ends each node with managers of callbacks that have copies of its tags and
metadata, and in two tasks, also where no handler is told.
"""

from collections.abc import AsyncIterator
from typing import Any, cast

from langchain_core.callbacks import BaseCallbackManager, Callbacks
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import var_child_runnable_config
from langgraph.graph.state import CompiledStateGraph
from langsmith.utils import tracing_is_enabled  # pyright: ignore[reportUnknownVariableType]


def is_followed(callbacks: Callbacks) -> bool:
    """Whether somebody hears of a call. Who made a manager has asked whether all are traced."""
    if isinstance(callbacks, BaseCallbackManager):
        return bool(callbacks.handlers)
    return bool(callbacks or tracing_is_enabled())


class _Unheard(Runnable[Any, Any]):
    """A node with its writers, as LangGraph has put them together, or one after another."""

    def __init__(
        self, heard: Runnable[Any, Any], node: Runnable[Any, Any], writers: list[Runnable[Any, Any]]
    ) -> None:
        self._heard, self._node, self._writers = heard, node, writers

    def invoke(self, input: Any, config: RunnableConfig | None = None, **more: Any) -> Any:
        """Run as ever: what is in a hurry is asynchronous."""
        return self._heard.invoke(input, config, **more)

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **more: Any) -> Any:
        """Run the node, then write what it returns."""
        if config is None or is_followed(config.get("callbacks")):
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
        """Run as ever: who streams a node follows it."""
        async for part in self._heard.astream(input, config, **more):
            yield part


def run_bare(graph: CompiledStateGraph[Any, Any, Any, Any]) -> None:
    """Have the nodes of a graph run bare where nobody hears of them."""
    for node in graph.nodes.values():
        heard, writers = node.node, cast("list[Runnable[Any, Any]]", node.flat_writers)
        if heard is not None and heard is not node.bound and heard not in writers:
            node.node = _Unheard(heard, node.bound, writers)
