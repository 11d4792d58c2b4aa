"""The connection to LangSmith: the session given to its client, and what answers mean."""

import io
import re
import time
from collections.abc import Callable
from typing import Any

import requests
import zstandard

TIMEOUT = (3.0, 5.0)
"""Seconds to connect, and to wait for an answer."""
LONGEST_PAUSE = 30.0
_BUSY = (408, 425, 429)
_KNOWN = 409
"""HTTP status for what already exists, such as a trace that was sent twice."""
_TRACE = re.compile(rb'"trace_id":"([0-9a-f-]{36})"')


class Away(Exception):
    """The endpoint does not answer, or not now."""

    def __init__(self, reason: str, pause: float | None = None) -> None:
        super().__init__(reason)
        self.pause = pause
        """Seconds that it asks to wait."""


class Refused(Exception):
    """The endpoint rejects what this run sends."""


class ClientSession(requests.Session):
    """The client's session: accepts traces at once and keeps them for delivery."""

    take: Callable[[requests.PreparedRequest, dict[str, Any]], None]
    """Called with each request that has traces, and the options for sending it."""

    def __init__(self, attempts: int = 1) -> None:
        """`attempts` is how often other requests are tried while the endpoint is away."""
        super().__init__()
        self.direct = requests.Session()
        """The real session; on this one, the client mounts adapters that would retry by
        themselves."""
        self._attempts = attempts

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Keep traces and report them as delivered; send anything else.

        Raises Away or Refused.
        """
        options = {**kwargs, "timeout": TIMEOUT}
        if request.method != "POST" or not request.path_url.endswith("/runs/multipart"):
            return self._send_now(request, options)
        self.take(request, options)
        response = requests.Response()
        response.status_code, response.request, response.url = 202, request, request.url or ""
        response.raw = io.BytesIO()
        return response

    def _send_now(
        self, request: requests.PreparedRequest, options: dict[str, Any]
    ) -> requests.Response:
        for attempt in range(1, self._attempts):
            try:
                return exchange(lambda: self.direct.send(request, **options))
            except Away as away:
                time.sleep(min(LONGEST_PAUSE, away.pause or 2.0**attempt / 2))
        return exchange(lambda: self.direct.send(request, **options))


def exchange(send: Callable[[], requests.Response]) -> requests.Response:
    """Send a request. Raises Away or Refused."""
    try:
        response = send()
    except requests.Timeout:
        raise Away(f"no answer within {TIMEOUT[1]:g} s") from None
    except requests.RequestException as error:
        kind = "no connection" if type(error) is requests.ConnectionError else type(error).__name__
        raise Away(kind) from None
    status = response.status_code
    if status in _BUSY or status >= 500:
        raise Away(f"HTTP {status}", _seconds(response.headers.get("Retry-After")))
    if status >= 400 and status != _KNOWN:
        raise Refused(f"HTTP {status}")
    return response


def _seconds(header: str | None) -> float | None:
    try:
        return max(0.0, float(header or ""))
    except ValueError:  # absent, or a date
        return None


def traces_in(body: bytes) -> set[bytes]:
    """The ids of the traces in a batch."""
    return set(_TRACE.findall(uncompressed(body)))


def uncompressed(body: bytes) -> bytes:
    """A batch, decompressed if it is compressed."""
    if not body.startswith(zstandard.MAGIC_NUMBER.to_bytes(4, "little")):
        return body
    with zstandard.ZstdDecompressor().stream_reader(body) as reader:
        return reader.read()
