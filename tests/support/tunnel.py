"""Between a client and the loopback model: a server that speaks TLS, and a tunnelling proxy.

with in_front_of(server.port, certificate) as port: ...        # https://127.0.0.1:port/v1
with tunnelling(port) as proxy: ...                            # HTTPS_PROXY=proxy.url
"""

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress

HOST = "127.0.0.1"
_ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"

_Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Proxy:
    """A proxy that leads to one place, whatever it is asked for."""

    def __init__(self, target: int) -> None:
        self.port = 0
        self.asked: list[str] = []
        """The request lines that asked it for a tunnel."""
        self._target = target

    @property
    def url(self) -> str:
        """What HTTPS_PROXY is set to."""
        return f"http://{HOST}:{self.port}"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Open the tunnel that is asked for."""
        head = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(head.split(b"\r\n")[0].decode())
        writer.write(_ESTABLISHED)
        await _joined(reader, writer, self._target)


@contextmanager
def tunnelling(target: int) -> Generator[Proxy]:
    """A proxy whose tunnels all lead to a port of this machine."""
    proxy = Proxy(target)
    with _listening(proxy.handle) as proxy.port:
        yield proxy


@contextmanager
def in_front_of(target: int, context: ssl.SSLContext) -> Generator[int]:
    """A server that speaks TLS and hands on to a port of this machine; gives its own port."""
    with _listening(lambda reader, writer: _joined(reader, writer, target), context) as port:
        yield port


async def _joined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: int) -> None:
    """Hand on in both directions until one side has ended."""
    there, back = await asyncio.open_connection(HOST, target)
    with suppress(ConnectionError, ssl.SSLError):
        await asyncio.gather(_pumped(reader, back), _pumped(there, writer))
    for each in (writer, back):
        each.close()


async def _pumped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


@contextmanager
def _listening(handler: _Handler, context: ssl.SSLContext | None = None) -> Generator[int]:
    """Listen on a free port, in a thread with a loop of its own; gives the port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    starting = asyncio.start_server(handler, HOST, 0, ssl=context)
    server = asyncio.run_coroutine_threadsafe(starting, loop).result()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_ended(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _ended(server: asyncio.Server) -> None:
    """Stop listening, and let go of the connections that are still open."""
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for each in others:
        each.cancel()
    await asyncio.gather(*others, return_exceptions=True)
