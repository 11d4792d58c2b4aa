"""A row's course through its graph, whose finished rounds are kept if a later call fails."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph

from graph.coevol import Graph
from nodes.content import text_of
from nodes.conversation import Conversation, ConversationContext, Turn
from nodes.state import Sample

Output = Mapping[str, Any]
_OUTPUT = ("response", "rounds", "stop_reason")
_TURNS = ("turns", "turn", "instruction")


class SampleCourse:
    """The course of a sample."""

    so_far: Output | None = None
    """The output after the last finished round; None during the first."""

    async def run(
        self,
        graph: Graph,
        sample: Sample,
        context: ConversationContext,
        config: RunnableConfig | None,
    ) -> Output:
        """Evolve the sample; return the graph's output."""
        output: Output = {}
        # As `ainvoke` does; version v1 would also stream each node's updates.
        async for part in graph.astream(
            sample,
            config,
            context=context,
            stream_mode="values",
            output_keys=_OUTPUT,
            version="v2",
        ):
            output = cast("Output", part["data"])
            if output.get("rounds"):
                self.so_far = {**output, "stop_reason": None}
        return output


class ConversationCourse:
    """The course of a conversation, including the turn being evolved."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._outer: Output = {}
        self._inner: Output = {}

    async def run(
        self,
        graph: CompiledStateGraph[Any, Any, Any, Any],
        context: ConversationContext,
        config: RunnableConfig | None,
    ) -> Output:
        """Evolve the conversation; return the graph's output."""
        parts = cast(
            "AsyncIterator[dict[str, Any]]",
            graph.astream(
                self._conversation,
                config,
                context=context,
                stream_mode="values",
                output_keys=_TURNS,
                subgraphs=True,
                version="v2",
            ),
        )
        async for part in parts:
            if part["ns"]:
                self._inner = part["data"]
            else:
                self._outer, self._inner = part["data"], {}
        return self._outer

    @property
    def so_far(self) -> Output | None:
        """The turns so far, with the finished rounds of the present one; None without any."""
        turns: list[Turn] = [*self._outer.get("turns", ())]
        if self._inner.get("rounds"):
            turns.append(self._present())
        return {"turns": turns} if any(turn["rounds"] for turn in turns) else None

    def _present(self) -> Turn:
        index: int = self._outer["turn"]
        return {
            "index": index,
            "instruction": self._outer["instruction"],
            "original_response": text_of(self._conversation.messages[index]) or "",
            "response": self._inner["response"],
            "rounds": self._inner["rounds"],
            "stop_reason": None,
            "skipped": None,
        }
