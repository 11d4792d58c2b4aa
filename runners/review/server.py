"""The server of a review: one page and the three requests that it makes, on this machine only.

    GET  /TOKEN/             the page
    GET  /TOKEN/now          the round to judge, without telling which side is the edit
    POST /TOKEN/verdict      {"number": 3, "choice": "left"}: kept on disk, then the next round
    POST /TOKEN/back         takes the last verdict back; its round comes again

Other pages in the same browser can reach a server on loopback. So the address contains a secret, a
request must name this server as its host (against DNS rebinding) and come from its own page
(against CSRF), and what is posted must be JSON, which no form can send.
"""

import hmac
import logging
import secrets
import sys
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from threading import Lock
from typing import Literal, cast

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from runners.errors import RunError, UsageError
from runners.people.rounds import Seen
from runners.review.session import Review, UnknownRoundError

_LOOPBACK = "127.0.0.1"
_LONGEST = 1 << 12
"""Most bytes of a body that is read; the page sends fewer."""
_PATIENCE = 10.0
"""Seconds of silence after which a connection is closed."""
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_log = logging.getLogger(__name__)


class _PostedVerdict(BaseModel):
    """A verdict as the page sends it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    number: int
    choice: Seen


class _Refused(Exception):
    """A request that is refused, with its status; the message says why."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class ReviewServer(ThreadingHTTPServer):
    """Serves one review."""

    daemon_threads = True

    def __init__(self, review: Review, page: bytes, port: int = 0) -> None:
        """Listen on loopback; port 0 is any free one. Raises UsageError if the port is taken."""
        self.review, self.page, self.lock = review, page, Lock()
        self.token = secrets.token_urlsafe(24)
        try:
            super().__init__((_LOOPBACK, port), _Handler)
        except OSError as error:
            raise UsageError(f"--port {port}: {error.strerror}; give another, or none") from None
        self.hosts = [f"{name}:{self.server_port}" for name in (_LOOPBACK, "localhost")]

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing about a browser that has closed its connection."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(cast("socket", request), client_address)

    @property
    def url(self) -> str:
        """The address of the page, secret included."""
        return f"http://{self.hosts[0]}/{self.token}/"


class _Handler(BaseHTTPRequestHandler):
    """Answers the requests of one connection."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "coevol", ""
    timeout = _PATIENCE

    @property
    def _serving(self) -> ReviewServer:
        return cast("ReviewServer", self.server)

    def do_GET(self) -> None:
        """Send the page, or the round to judge."""
        self._answer("GET")

    def do_POST(self) -> None:
        """Keep a verdict, or take the last one back."""
        self._answer("POST")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing about requests: their addresses contain the secret."""

    def _answer(self, method: Literal["GET", "POST"]) -> None:
        try:
            body = self._checked(method)
            answer = self._route(method)
            with self._serving.lock:  # not while it is sent: a browser may be slow
                kind, content = answer(body)
            self._send(HTTPStatus.OK, kind, content)
        except _Refused as error:
            self._fail(error.status, str(error))
        except UnknownRoundError as error:
            self._fail(HTTPStatus.CONFLICT, str(error))
        except RunError as error:
            _log.error("%s", error)
            self._fail(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))

    def _checked(self, method: Literal["GET", "POST"]) -> bytes:
        """The body of a request from the review's own page; empty for GET. Raises _Refused."""
        if self.headers.get("Host") not in self._serving.hosts:
            raise _Refused(HTTPStatus.MISDIRECTED_REQUEST, "another host was asked for")
        own = [f"http://{host}" for host in self._serving.hosts]
        if self.headers.get("Origin", own[0]) not in own:
            raise _Refused(HTTPStatus.FORBIDDEN, "asked by another page")
        if self.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
            raise _Refused(HTTPStatus.FORBIDDEN, "asked by another page")
        if method == "GET":
            return b""
        if self.headers.get_content_type() != "application/json":
            raise _Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "what is posted must be JSON")
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _LONGEST:
            raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too long for a verdict")
        return self.rfile.read(int(length))

    def _route(self, method: Literal["GET", "POST"]) -> Callable[[bytes], tuple[str, bytes]]:
        _, token, what = [*self.path.split("/", 2), "", ""][:3]
        if hmac.compare_digest(token.encode(), self._serving.token.encode()):
            match method, what:
                case "GET", "":
                    return self._page
                case "GET", "now":
                    return self._now
                case "POST", "verdict":
                    return self._verdict
                case "POST", "back":
                    return self._back
                case _:
                    pass
        raise _Refused(HTTPStatus.NOT_FOUND, "nothing is here")

    def _page(self, body: bytes) -> tuple[str, bytes]:
        return "text/html; charset=utf-8", self._serving.page

    def _now(self, body: bytes) -> tuple[str, bytes]:
        return _json(self._serving.review.now())

    def _verdict(self, body: bytes) -> tuple[str, bytes]:
        try:
            given = _PostedVerdict.model_validate_json(body)
        except ValidationError:
            raise _Refused(HTTPStatus.BAD_REQUEST, "no verdict") from None
        return _json(self._serving.review.give(given.number, given.choice))

    def _back(self, body: bytes) -> tuple[str, bytes]:
        return _json(self._serving.review.take_back())

    def _fail(self, status: HTTPStatus, reason: str) -> None:
        self.close_connection = True
        self._send(status, *_json({"error": reason}))

    def _send(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        for name, value in {**_HEADERS, "Content-Type": kind}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)


def _json(value: Mapping[str, object]) -> tuple[str, bytes]:
    return "application/json", orjson.dumps(value)
