"""An actor's session: the driver's end of its connection."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from aiohttp import web

from nodes.models.errors import plain_line
from runners.calls.admission import CallRequest, Slot
from runners.calls.run_admission import RunAdmission
from runners.calls.spent import Spent
from runners.errors import RunError
from runners.run.ray.address import READY
from runners.run.ray.claims import Claims
from runners.run.ray.holders import Holders
from runners.run.ray.messages import DriverMessage, Outgoing, pack_error, unpack_error, unpack_fault
from runners.storage.journal import Journal


class ActorSession:
    """Answers one actor's requests: slots for calls, journal look-ups and writes.

    When the actor is gone, its calls no longer count as in flight, and its claims are released.
    """

    def __init__(
        self,
        socket: web.WebSocketResponse,
        admission: RunAdmission,
        journal: Journal,
        claims: Claims,
        holders: Holders,
        fail: Callable[[BaseException], None],
    ) -> None:
        """Serve an actor; `fail` is called with exceptions other than RunError, which are bugs."""
        self._fail, self._holders = fail, holders
        self._socket, self._admission = socket, admission
        self._journal, self._claims = journal, claims
        self._looking_up: dict[int, asyncio.Task[None]] = {}
        """Look-ups that wait for another actor's call, by their number."""
        self._claimed: dict[bytes, int] = {}
        """Calls that this actor makes, with the number of the look-up that found no answer."""
        self._calls: dict[int, asyncio.Task[None]] = {}
        self._turns: dict[int, tuple[Slot, asyncio.Event]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._outgoing = Outgoing(self._send, asyncio.get_running_loop().call_soon)
        self._hears: dict[str, Callable[..., None]] = {
            "take": self._take,
            "look up": self._look_up,
            "peek": self._peek,
            "forget": self._forget,
            "keep": self._keep,
            "enter": self._enter,
            "answered": self._answered,
            "paid": self._paid,
            "failed": self._failed,
            "leave": self._leave,
            "settled": self._settled,
            "close": self._close,
        }
        self.left: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        """Resolved when the actor signs off, to its last message (a line, or None)."""
        self.is_ready = False
        """Whether it accepts work, or is still starting."""
        self._last_words = ""

    @property
    def death(self) -> str:
        """How an actor died that did not sign off, in words."""
        words = f" of {self._last_words}" if self._last_words else ""
        return f"died {'at work' if self.is_ready else 'at its start'}{words}"

    def hear_words(self, text: str) -> None:
        """Handle a text from the actor: that it is ready, or the error that ends it."""
        if text == READY:
            self.is_ready = True
        else:
            self._last_words = plain_line(text)

    def hear(self, message: DriverMessage) -> None:
        """Handle a message from the actor."""
        number, question, *values = message
        if question == "farewell":
            self.left.set_result(values[0])
        else:
            self._hears[question](number, *values)

    def tell(self, news: str) -> None:
        """Send the actor a message that answers no request."""
        self._outgoing.add(0, news)

    def gone(self) -> None:
        """Cancel the actor's pending requests, and release its claims."""
        for task in self._tasks:
            task.cancel()
        for key in self._claimed:
            self._claims.release(key)

    def _take(self, number: int, slot: int) -> None:
        self._outgoing.add(number, self._holders.take(slot, self))

    def _look_up(self, number: int, key: bytes) -> None:
        try:
            packed = self._journal.packed(key)
        except RunError as reason:
            self._refuse(number, reason)
            return
        if packed is None and (others := self._claims.take(key)) is not None:
            self._looking_up[number] = self._do(self._wait_for(others, number, key))
            return
        if packed is None:
            self._claimed[key] = number
        self._outgoing.add(number, packed)

    def _peek(self, number: int, key: bytes) -> None:
        try:
            self._outgoing.add(number, self._journal.packed(key))
        except RunError as reason:
            self._refuse(number, reason)

    async def _wait_for(
        self, others: "asyncio.Future[bytes | None]", number: int, key: bytes
    ) -> None:
        packed = await asyncio.shield(others)
        del self._looking_up[number]
        if packed is None:
            self._look_up(number, key)
        else:
            self._outgoing.add(number, packed)

    def _forget(self, number: int) -> None:
        """A look-up was cancelled: the actor neither waits for the call nor makes it."""
        if (waiting := self._looking_up.pop(number, None)) is not None:
            waiting.cancel()
        for key in [key for key, found in self._claimed.items() if found == number]:
            self._settled(0, key, None)

    def _settled(self, _: int, key: bytes, packed: bytes | None) -> None:
        del self._claimed[key]
        self._claims.release(key, packed)

    def _keep(self, number: int, key: bytes, packed: bytes) -> None:
        self._do(self._kept(number, key, packed))

    async def _kept(self, number: int, key: bytes, packed: bytes) -> None:
        try:
            await self._journal.keep(key, packed)
        except RunError as reason:
            self._refuse(number, reason)
        else:
            self._outgoing.add(number)

    def _enter(self, number: int, *values: Any) -> None:
        role, endpoints, model, expected, most, avoids, tier = values
        where, not_there = tuple(endpoints), tuple(avoids)
        request = CallRequest(role, where, model, expected, Spent(*most), not_there, tier)
        self._calls[number] = self._do(self._take_slot(number, request))

    async def _take_slot(self, number: int, request: CallRequest) -> None:
        try:
            async with self._admission.slot(request) as slot:
                ended = asyncio.Event()
                self._turns[number] = slot, ended
                self._outgoing.add(number, slot.endpoint, slot.has_answered)
                await ended.wait()
        except RunError as reason:
            self._refuse(number, reason)
        finally:
            self._turns.pop(number, None)
            del self._calls[number]

    def _answered(self, number: int, spent: list[int], tier: str) -> None:
        slot, _ = self._turns[number]
        slot.answered(Spent(*spent), tier)

    def _paid(self, number: int, spent: list[int], tier: str) -> None:
        slot, _ = self._turns[number]
        slot.paid(Spent(*spent), tier)

    def _failed(self, number: int, *fault: Any) -> None:
        self._do(self._report(number, *fault))

    async def _report(self, number: int, *fault: Any) -> None:
        slot, _ = self._turns[number]
        self._outgoing.add(number, *await slot.failed(unpack_fault(*fault)))

    def _leave(self, number: int) -> None:
        if number in self._turns:
            self._turns[number][1].set()
        elif number in self._calls:
            self._calls[number].cancel()

    def _close(self, _: int, name: str, text: str) -> None:
        self._admission.close(unpack_error(name, text))

    def _refuse(self, number: int, reason: RunError) -> None:
        self._admission.close(reason)
        self._outgoing.add(number, "stopped", *pack_error(reason))

    def _send(self, frame: bytes) -> None:
        self._do(self._send_now(frame))

    async def _send_now(self, frame: bytes) -> None:
        with suppress(ConnectionError):  # the actor is gone; the server notices that
            await self._socket.send_bytes(frame)

    def _do(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)
