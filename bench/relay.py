"""A relay before a model server: notes what each call read, and keeps rounds going.

It changes answers in two ways: each counts as complete, however it ended, and the judge prefers the
later response. So rows of random words go through all rounds, with a model of any size.
"""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import aiohttp
from aiohttp import web

from runners.calls.greeting import GREETING

_COMPARED = re.compile(
    r"\[The Start of Assistant 1's Response\]\n(?P<first>.*)\n\[The End of Assistant 1's Response\]"
    r"\n\n\[The Start of Assistant 2's Response\]\n(?P<second>.*)\n\[The End of Assistant 2's",
    re.DOTALL,
)


_PREFILL = "vllm:request_prefill_time_seconds_sum"
"""vLLM tells the time of all calls together, among its metrics; llama.cpp that of each."""


class Read(NamedTuple):
    """What a server reported of one call."""

    prompt: int
    """Tokens of the prompt."""
    cached: int
    """Those of them that it had in its cache."""
    seconds: float
    """Seconds for reading the others."""


class EditsWin:
    """Makes each edit win: the judge of a row names the later response, in both orders."""

    def __init__(self) -> None:
        self._edits: list[str] = []

    def said(self, prompt: str, answer: str) -> str:
        """What is said in an answer's place: itself, but for a judge's."""
        compared = _COMPARED.search(prompt)
        if compared is not None:
            is_first = self._age(compared["first"]) > self._age(compared["second"])
            return f"<assistant {1 if is_first else 2}>"
        if prompt.endswith("### Response:"):
            self._edits.append(answer.strip())
        return answer

    def _age(self, response: str) -> int:
        """How late an edit it is; -1 for an original."""
        said = response.strip()
        return len(self._edits) - self._edits[::-1].index(said) - 1 if said in self._edits else -1


class Relay:
    """Passes calls on to one server."""

    def __init__(self, server: str) -> None:
        """To a server at `http://HOST:PORT`."""
        self._server = server
        self._judge = EditsWin()
        self._prefill = 0.0
        self.read: list[Read] = []
        """Of all calls so far."""

    async def handle(self, request: web.Request) -> web.Response:
        """Pass on a call, and pass back its answer."""
        asked: dict[str, Any] = await request.json()
        async with aiohttp.ClientSession() as session:
            url = f"{self._server}{request.path}"
            async with session.post(url, json=asked) as response:
                told: dict[str, Any] = await response.json()
            read = None if response.status >= 400 else await self._read(told, session)
        prompt = asked["messages"][-1]["content"]
        if read is not None and prompt != GREETING:
            self.read.append(read)
            choice = told["choices"][0]
            choice["finish_reason"] = "stop"
            choice["message"]["content"] = self._judge.said(prompt, choice["message"]["content"])
        return web.json_response(told, status=response.status)

    async def _read(self, told: dict[str, Any], session: aiohttp.ClientSession) -> Read:
        timings = told.get("timings")
        if timings is not None:
            cached, fresh = int(timings["cache_n"]), int(timings["prompt_n"])
            return Read(cached + fresh, cached, timings["prompt_ms"] / 1000)
        before, self._prefill = self._prefill, await _prefill_of(session, self._server)
        cached = told["usage"]["prompt_tokens_details"]["cached_tokens"]
        return Read(told["usage"]["prompt_tokens"], cached, self._prefill - before)


async def _prefill_of(session: aiohttp.ClientSession, server: str) -> float:
    """Seconds that a vLLM server has spent on prompts since it was started."""
    async with session.get(f"{server}/metrics") as response:
        lines = (await response.text()).splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(_PREFILL))


@asynccontextmanager
async def relayed(server: str) -> AsyncGenerator[tuple[Relay, str]]:
    """A relay, and its base URL, until left."""
    relay, app = Relay(server), web.Application(client_max_size=2**26)
    app.router.add_post("/v1/chat/completions", relay.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield relay, f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()
