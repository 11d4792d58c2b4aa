"""Which call fails, and how: a pure function of the seed, the words and the attempt."""

import asyncio
import socket
import struct

from aiohttp import web

from tests.support import wire
from tests.support.calls import Call
from tests.support.options import FaultKind, Faults, ServerOptions
from tests.support.words import Dice, digest_of

KINDS: tuple[FaultKind, ...] = (
    "too_many",
    "error_500",
    "reset",
    "html",
    "empty",
    "hang",
    "length",
    "cut",
)
GRAIN = 1_000_000
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, for no seconds: closing such a socket sends a reset."""
PAGE = "<!DOCTYPE html><html><body><h1>Welcome to the gateway</h1></body></html>"


def any_faults(faults: Faults) -> bool:
    """Whether anything can go wrong at all."""
    return any(getattr(faults, kind) for kind in KINDS)


def fault_of(options: ServerOptions, digest: bytes, attempt: int) -> FaultKind | None:
    """What befalls the `attempt`-th call (from 0) with these words."""
    faults = options.faults
    if not any_faults(faults) or (attempt >= faults.attempts and not options.faults_persist):
        return None
    throw = "always" if options.faults_persist else str(attempt)
    lot = Dice(digest_of(str(faults.seed), digest.hex(), throw)).below(GRAIN) / GRAIN
    for kind in KINDS:
        lot -= getattr(faults, kind)
        if lot < 0:
            return kind
    return None


def broken(call: Call, options: ServerOptions) -> web.Response | None:
    """The faults that come before any work."""
    match call.fault:
        case "too_many":
            return wire.too_many(options.retry_after)
        case "error_500":
            return wire.error(500, "internal_error", "Something went wrong.")
        case "html":
            return web.Response(text=PAGE, content_type="text/html")
        case "reset":
            _reset(call.http.transport)
            return web.Response()
        case _:
            return None


def _reset(transport: asyncio.WriteTransport | None) -> None:
    """Cut the connection so that the client sees a reset, not an orderly end."""
    if transport is not None:
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        transport.abort()
