"""An actor's connection to its driver: requests, their answers, and messages from the driver."""

import asyncio
from contextlib import suppress
from typing import Any

import aiohttp

from runners.run.ray.messages import DriverMessage, Outgoing, read_frame, unpack_error


class Connection:
    """Numbered requests over a WebSocket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = 0
        self._asked: dict[int, asyncio.Future[DriverMessage]] = {}
        self._sending: set[asyncio.Task[None]] = set()
        self._outgoing = Outgoing(self._send, asyncio.get_running_loop().call_soon)
        self.news: asyncio.Queue[str] = asyncio.Queue()
        """Messages from the driver that answer no request."""

    def number(self) -> int:
        """A number for a request, or for a call that several messages refer to."""
        self._numbers += 1
        return self._numbers

    async def ask(self, question: str, *values: Any, number: int | None = None) -> DriverMessage:
        """Return the values of the answer. Raises the RunError that the driver answers with."""
        number = self.number() if number is None else number
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        self._outgoing.add(number, question, *values)
        try:
            return await answer
        finally:
            del self._asked[number]

    def tell(self, number: int, news: str, *values: Any) -> None:
        """Send the driver a message that needs no answer."""
        self._outgoing.add(number, news, *values)

    async def listen(self) -> None:
        """Receive answers and messages until the driver is gone."""
        async for frame in self._socket:
            if frame.type is not aiohttp.WSMsgType.BINARY:  # no answer to a ping
                return
            for number, *values in read_frame(frame.data):
                if number == 0:
                    self.news.put_nowait(values[0])
                elif (answer := self._asked.get(number)) is not None and not answer.done():
                    _settle(answer, values)

    def _send(self, frame: bytes) -> None:
        task = asyncio.create_task(self._send_now(frame))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send_now(self, frame: bytes) -> None:
        with suppress(ConnectionError):  # `listen` notices that
            await self._socket.send_bytes(frame)


def _settle(answer: asyncio.Future[DriverMessage], values: DriverMessage) -> None:
    if values[:1] == ["stopped"]:
        answer.set_exception(unpack_error(*values[1:]))
    else:
        answer.set_result(values)
