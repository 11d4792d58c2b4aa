"""A bare aiohttp loop that sends recorded messages: the least that a call can cost.

    python -m bench.bare PROMPTS URL --calls 1000

PROMPTS has the messages of one call a line, as `python -m bench.endpoint --record` writes them.
There is no SDK and no algorithm, and the answers are thrown away.
"""

import argparse
import asyncio
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import orjson
import uvloop
from aiohttp import ClientSession

from bench.flow import MAX_TOKENS, TEMPERATURE, TOP_P

_SETTINGS = {"temperature": TEMPERATURE, "top_p": TOP_P, "max_completion_tokens": MAX_TOKENS}
_HEADERS = {"Content-Type": "application/json"}


def main() -> None:
    """Send all calls."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prompts", type=Path)
    parser.add_argument("url")
    parser.add_argument("--calls", type=int, help="only the first so many")
    parser.add_argument("--concurrency", type=int, default=64)
    given = parser.parse_args()
    bodies = islice(_bodies(given.prompts), given.calls)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_send_all(bodies, f"{given.url}/chat/completions", given.concurrency))


def _bodies(prompts: Path) -> Iterator[bytes]:
    with prompts.open("rb") as file:
        for line in file:
            yield orjson.dumps({"model": "test-model", "messages": orjson.loads(line), **_SETTINGS})


async def _send_all(bodies: Iterator[bytes], url: str, concurrency: int) -> None:
    async def work() -> None:
        for body in bodies:
            async with session.post(url, data=body, headers=_HEADERS) as answer:
                orjson.loads(await answer.read())

    async with ClientSession() as session, asyncio.TaskGroup() as tasks:
        for _ in range(concurrency):
            tasks.create_task(work())


if __name__ == "__main__":
    main()
