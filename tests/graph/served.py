"""What tests do with the graphs on the real `langgraph dev`."""

import asyncio
from typing import Any, cast

from langgraph_sdk.client import LangGraphClient

PATIENCE = 20.0
"""Seconds after which a run that has not come to its end counts as hanging."""


async def new_thread(client: LangGraphClient) -> str:
    return (await client.threads.create())["thread_id"]


async def run(
    client: LangGraphClient, thread: str | None, sample: Any, **options: Any
) -> dict[str, Any]:
    """Run the graph to its end or to its interrupt; gives the values then."""
    async with asyncio.timeout(PATIENCE):
        return cast(
            "Any", await client.runs.wait(cast("Any", thread), "coevol", input=sample, **options)
        )


async def assistant(client: LangGraphClient) -> Any:
    [found] = await client.assistants.search(graph_id="coevol")
    return found
