"""A bare asyncio loop that sends recorded messages: what a call costs without CoEvol.

    python -m bench.bare PROMPTS URL default

PROMPTS has the messages of a call a line, as `python -m bench.endpoint --record` writes them.
Clients: `default` is openai.AsyncOpenAI as it comes, `aiohttp` the same over the SDK's aiohttp
transport, `none` a plain aiohttp session on uvloop, with no SDK at all.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

Send = Callable[[dict[str, Any]], Awaitable[Any]]
CLIENTS = ("default", "aiohttp", "none")


def main() -> None:
    """Send all calls."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prompts", type=Path)
    parser.add_argument("url")
    parser.add_argument("client", choices=CLIENTS)
    parser.add_argument("--calls", type=int, help="only the first so many")
    parser.add_argument("--concurrency", type=int, default=64)
    given = parser.parse_args()
    bodies = islice(_bodies(given.prompts), given.calls)
    make_loop = _uvloop if given.client == "none" else None
    with asyncio.Runner(loop_factory=make_loop) as runner:
        runner.run(_send_all(bodies, given.client, given.url, given.concurrency))


def _uvloop() -> asyncio.AbstractEventLoop:
    import uvloop

    return uvloop.new_event_loop()


def _bodies(prompts: Path) -> Iterator[dict[str, Any]]:
    settings = {"temperature": 0.0, "top_p": 1.0, "max_completion_tokens": 1000}
    with prompts.open("rb") as file:
        for line in file:
            yield {"model": "test-model", "messages": orjson.loads(line), **settings}


async def _send_all(
    bodies: Iterator[dict[str, Any]], client: str, url: str, concurrency: int
) -> None:
    async def work() -> None:
        for body in bodies:
            await send(body)

    async with AsyncExitStack() as stack:
        connect = _plain if client == "none" else _openai
        send = await connect(stack, url, client)
        async with asyncio.TaskGroup() as tasks:
            for _ in range(concurrency):
                tasks.create_task(work())


async def _openai(stack: AsyncExitStack, url: str, client: str) -> Send:
    from openai import AsyncOpenAI, DefaultAioHttpClient

    http = DefaultAioHttpClient() if client == "aiohttp" else None
    sdk = await stack.enter_async_context(AsyncOpenAI(base_url=url, api_key="-", http_client=http))
    create: Any = sdk.chat.completions.create

    async def send(body: dict[str, Any]) -> Any:
        return await create(**body)

    return send


async def _plain(stack: AsyncExitStack, url: str, client: str) -> Send:
    from aiohttp import ClientSession

    session = await stack.enter_async_context(ClientSession())

    async def send(body: dict[str, Any]) -> Any:
        headers = {"Content-Type": "application/json"}
        async with session.post(
            f"{url}/chat/completions", data=orjson.dumps(body), headers=headers
        ) as answer:
            return orjson.loads(await answer.read())

    return send


if __name__ == "__main__":
    main()
