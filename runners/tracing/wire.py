"""The wire to LangSmith: the session that its client is given, and what an answer means."""

import io
import re
from collections.abc import Callable
from typing import Any

import requests
import zstandard

TIMEOUT = (3.0, 5.0)
"""Seconds to connect, and to wait for an answer."""
_BUSY = (408, 425, 429)
_KNOWN = 409
"""What was sent is there already."""
_TRACE = re.compile(rb'"trace_id":"([0-9a-f-]{36})"')


class Away(Exception):
    """The endpoint does not answer, or not now."""

    def __init__(self, reason: str, pause: float | None = None) -> None:
        super().__init__(reason)
        self.pause = pause
        """Seconds that it asks to wait."""


class Refused(Exception):
    """The endpoint will not take what this run sends."""


class ClientSession(requests.Session):
    """What LangSmith's client takes for the network: traces are taken at once, and kept."""

    def __init__(self, take: Callable[[requests.PreparedRequest, dict[str, Any]], None]) -> None:
        """`take` gets each request with traces, and the options to send it with."""
        super().__init__()
        self.direct = requests.Session()
        """The real one: the client mounts adapters here that would try again by themselves."""
        self._take = take

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Keep traces and say that they have arrived; send anything else.

        Raises Away or Refused.
        """
        options = {**kwargs, "timeout": TIMEOUT}
        if request.method != "POST" or not request.path_url.endswith("/runs/multipart"):
            return exchange(lambda: self.direct.send(request, **options))
        self._take(request, options)
        response = requests.Response()
        response.status_code, response.request, response.url = 202, request, request.url or ""
        response.raw = io.BytesIO()
        return response


def exchange(send: Callable[[], requests.Response]) -> requests.Response:
    """Send something. Raises Away or Refused."""
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
    """The ids of the traces that a batch has something of."""
    return set(_TRACE.findall(uncompressed(body)))


def uncompressed(body: bytes) -> bytes:
    """A batch without its compression, if it has any."""
    if not body.startswith(zstandard.MAGIC_NUMBER.to_bytes(4, "little")):
        return body
    with zstandard.ZstdDecompressor().stream_reader(body) as reader:
        return reader.read()
