"""What tests do with the graphs on the real `langgraph dev`."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any, cast

from langgraph_sdk.client import LangGraphClient
from langgraph_sdk.schema import StreamPart

from tests.graph.samples import COLOURS

PATIENCE = 20.0
"""Seconds after which a run that has not come to its end counts as hanging."""


async def new_thread(client: LangGraphClient) -> str:
    return (await client.threads.create())["thread_id"]


async def run(
    client: LangGraphClient,
    thread: str | None,
    sample: Any,
    *,
    graph: str = "coevol",
    **options: Any,
) -> dict[str, Any]:
    """Run the graph to its end or to its interrupt; gives the values then."""
    place: Any = thread
    async with asyncio.timeout(PATIENCE):
        return cast("Any", await client.runs.wait(place, graph, input=sample, **options))


async def follow(
    client: LangGraphClient,
    modes: list[Any],
    settings: Any,
    graph: str = "coevol",
    *,
    thread: str | None = None,
    **options: Any,
) -> dict[str, list[Any]]:
    """Run the graph over COLOURS, unless told otherwise; gives all that is streamed, by event."""
    seen: dict[str, list[Any]] = defaultdict(list)
    place = thread or await new_thread(client)
    options = {"input": COLOURS, "context": settings, "stream_mode": modes, **options}
    async with asyncio.timeout(PATIENCE):
        parts = cast("AsyncIterator[StreamPart]", client.runs.stream(place, graph, **options))
        async for part in parts:
            seen[part.event].append(part.data)
    return seen


async def assistant(client: LangGraphClient, graph: str = "coevol") -> Any:
    [found] = await client.assistants.search(graph_id=graph)
    return found
