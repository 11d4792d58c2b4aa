"""A loopback LangSmith with what its client calls: traces, feedback, projects, datasets.

with serve_langsmith() as langsmith:
    ...  # run something with langsmith.variables, then look at langsmith.traces
"""

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Literal

from aiohttp import web

from tests.support.langsmith_store import Store
from tests.support.langsmith_traces import Fields, Traces, uncompressed

Fault = Literal["refused", "500", "429", "403", "hangs"]
KEY = "lsv2_pt_5e8b21c04d9f4b6aa0_7c1d"
"""The only valid key."""


class LangSmith:
    """The endpoint in a thread of its own; what came in can be looked at while it runs."""

    def __init__(self, *, zstd: bool = True) -> None:
        self.store = Store(zstd=zstd)
        self.calls: list[tuple[str, str]] = []
        """Method and path of each request, refused ones included."""
        self.bodies: list[bytes] = []
        """All bodies, uncompressed."""
        self.fault: Fault | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def variables(self) -> dict[str, str]:
        """The environment of a process that is traced here."""
        return {
            "LANGSMITH_TRACING": "true",
            "LANGSMITH_ENDPOINT": self.url,
            "LANGSMITH_API_KEY": KEY,
            "LANGSMITH_PROJECT": "tests",
        }

    @property
    def traces(self) -> Traces:
        return self.store.traces

    @property
    def datasets(self) -> dict[str, Fields]:
        """By id."""
        return self.store.datasets

    @property
    def examples(self) -> dict[str, Fields]:
        """By id, of all datasets."""
        return self.store.examples

    def named(self, beginning: str) -> list[Fields]:
        """The projects whose names begin so."""
        projects = self.store.projects.values()
        return [each for each in projects if each["name"].startswith(beginning)]

    def start(self) -> None:
        """Listen, on the same port as before if there was one."""
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        self._thread.start()
        ready.wait()

    def stop(self) -> None:
        """Stop listening and cut every connection."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        server = web.Server(self._answer, auto_decompress=False, handler_cancellation=True)
        runner = web.ServerRunner(server, shutdown_timeout=0.01)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = runner.addresses[0][1]
        ready.set()
        await self._stopping.wait()
        await runner.cleanup()
        await asyncio.sleep(0)  # transports close in the next round of the loop

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.calls.append((request.method, request.path))
        body = uncompressed(await request.read(), request.headers.get("Content-Encoding"))
        self.bodies.append(body)
        if self.fault == "hangs":
            await asyncio.sleep(3600)
        if self.fault is not None:
            return web.json_response({"detail": "out of order"}, status=int(self.fault))
        if request.path != "/info" and request.headers.get("x-api-key") != KEY:
            return web.json_response({"detail": "Forbidden"}, status=403)
        return self.store.route(request)(request, body)


@contextmanager
def serve_langsmith(*, zstd: bool = True, fault: Fault | None = None) -> Generator[LangSmith]:
    """A running endpoint, stopped at the end; with fault "refused" nobody listens there."""
    langsmith = LangSmith(zstd=zstd)
    langsmith.start()
    if fault == "refused":
        langsmith.stop()
        yield langsmith
        return
    langsmith.fault = fault
    try:
        yield langsmith
    finally:
        langsmith.stop()
