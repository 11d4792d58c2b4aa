"""The driver's server, which a run's readers and actors call.

GET /chunks/SLOT  a chunk of tasks, for a reader; 204 when there are none left
GET /calls        a WebSocket for an actor: slots for its calls, and the journal
"""

import asyncio
import hmac
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from aiohttp import WSMsgType, web
from aiohttp.typedefs import Handler

from runners.calls.run_admission import RunAdmission
from runners.errors import Stopped
from runners.run.ray.actor_session import ActorSession
from runners.run.ray.address import HEARTBEAT, DriverAddress
from runners.run.ray.claims import Claims
from runners.run.ray.environment import deciding_variables
from runners.run.ray.feed import Feed
from runners.run.ray.holders import Holders
from runners.run.ray.messages import read_frame
from runners.storage.journal import Journal

_WAITING = "actors of the cluster; has it a free CPU?"
"""What a run waits for while it has no actors."""
_FAREWELL = 20.0
"""Seconds that actors have to sign off after their traces are delivered."""


class DriverServer:
    """Serves one run."""

    def __init__(
        self, admission: RunAdmission, journal: Journal, feed: Feed, lost: Callable[[str], None]
    ) -> None:
        """Serve a run; `lost` is called with how an actor died that did not sign off."""
        self._admission, self._journal, self._feed, self._lost = admission, journal, feed, lost
        self._claims = Claims()
        self.holders = Holders(feed)
        self.has_dismissed = False
        """Whether all chunks are done, and the actors have been dismissed."""
        self._actors: set[ActorSession] = set()
        self._token = secrets.token_urlsafe(32)
        self.said: list[str] = []
        """The actors' last messages."""
        self.error: BaseException | None = None
        """A bug in serving them, which ends the run; None if there was none."""
        self._tell_whether_waiting()

    @asynccontextmanager
    async def open(self, host: str) -> AsyncGenerator[DriverAddress]:
        """Serve at an address of this machine while the block lasts."""
        app = web.Application(middlewares=[self._admit])
        app.router.add_get("/chunks/{slot}", self._chunk)
        app.router.add_get("/calls", self._serve_actor)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1)
        await runner.setup()
        try:
            site = web.TCPSite(runner, host, 0)
            await site.start()
            port: int = runner.addresses[0][1]
            yield DriverAddress(f"http://{host}:{port}", self._token)
        finally:
            await runner.cleanup()

    @property
    def has_actors(self) -> bool:
        """Whether any actor is connected and ready."""
        return any(actor.is_ready for actor in self._actors)

    def abandon(self) -> None:
        """Make all actors cancel their calls in flight."""
        for actor in self._actors:
            actor.tell("abandon")

    @web.middleware
    async def _admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        shown = request.headers.get("Authorization", "")
        if not hmac.compare_digest(shown.encode(), f"Bearer {self._token}".encode()):
            raise web.HTTPForbidden
        try:
            return await handler(request)
        except Exception as error:  # noqa: BLE001 - it is raised again where the run is
            self._fail(error)
            raise web.HTTPInternalServerError from None

    async def _chunk(self, request: web.Request) -> web.Response:
        chunk = await self._feed.take(int(request.match_info["slot"]))
        if chunk is not None:
            return web.Response(body=chunk)
        await self._dismiss()  # with the last chunk, Ray ends the actors
        return web.Response(status=204)

    async def _dismiss(self) -> None:
        """Dismiss all actors, and wait until they have signed off."""
        actors = [actor for actor in self._actors if actor.is_ready and not actor.left.done()]
        for actor in actors:
            actor.tell("finish")
        if actors:
            await asyncio.wait([actor.left for actor in actors], timeout=_FAREWELL)
        said = (actor.left.result() for actor in actors if actor.left.done())
        self.said += filter(None, said)
        self.has_dismissed = True

    async def _serve_actor(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=0, compress=False)
        await socket.prepare(request)
        await socket.send_json(deciding_variables())
        actor = ActorSession(
            socket, self._admission, self._journal, self._claims, self.holders, self._fail
        )
        self._actors.add(actor)
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    actor.hear_words(frame.data)
                    self._tell_whether_waiting()
                else:
                    for message in read_frame(frame.data):
                        actor.hear(message)
        finally:
            self._actors.remove(actor)
            actor.gone()
            self._tell_whether_waiting()
            if not actor.left.done():
                self._lost(f"{actor.death} on {request.remote}")
            await self.holders.lost(actor)
        return socket

    def _tell_whether_waiting(self) -> None:
        is_waiting = not self.has_actors and not self._feed.is_done
        for gate in self._admission.gates.values():
            gate.trouble = _WAITING if is_waiting else None

    def _fail(self, error: BaseException) -> None:
        self.error = self.error or error
        self._admission.close(Stopped(f"{type(error).__name__}: {error}"))
