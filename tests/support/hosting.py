"""Serving on a port: in a process's event loop, or in a thread with its own."""

import asyncio
import json
import signal
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import uvloop
from aiohttp import web

from tests.support.chat import Chat
from tests.support.options import ServerOptions
from tests.support.recording import Ledger
from tests.support.routes import Routes

HOST = "127.0.0.1"
LAST_WORDS = 0.01
"""Seconds that calls in flight get when the server stops (aiohttp takes 0 for no limit)."""


@asynccontextmanager
async def listening(chat: Chat, port: int) -> AsyncGenerator[int]:
    """Serve until left; gives the port, a free one if asked for 0."""
    # Cancelling handlers of clients that left is what ends calls that hang or wait for a slot.
    routes = Routes(chat)
    server = web.Server(routes, handler_cancellation=True, access_log=None)
    runner = web.ServerRunner(server, shutdown_timeout=LAST_WORDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port, reuse_address=True, backlog=4096).start()
        yield runner.addresses[0][1]
    finally:
        routes.stop()
        await runner.cleanup()


async def serve_until_told(chat: Chat, port: int) -> None:
    """Serve as a process: print the address to stdout, end on SIGTERM or SIGINT."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stopping.set)
    async with listening(chat, port) as port:
        print(json.dumps({"base_url": f"http://{HOST}:{port}/v1", "port": port}), flush=True)
        await stopping.wait()


class Running:
    """A server listening in a thread."""

    def __init__(self, options: ServerOptions, ledger: Ledger, port: int) -> None:
        self.port = port
        self._chat = Chat(options, ledger)
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="loopback-model", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure

    def adopt(self, options: ServerOptions) -> None:
        """Change the behaviour; it is done in the thread's loop before this returns."""
        done = threading.Event()
        self._loop.call_soon_threadsafe(lambda: (self._chat.adopt(options), done.set()))
        done.wait()

    def stop(self) -> None:
        """Stop listening, cut the connections, end the thread."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(self._serve())
        except BaseException as failure:  # noqa: BLE001 - raised again in the thread that waits
            self._failure = failure
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        async with listening(self._chat, self.port) as self.port:
            self._ready.set()
            await self._stopping.wait()
