"""Messages between a run's driver and its actors: lists of values, several per frame.

An actor sends `[number, request, values...]` and receives `[number, values...]`. A message that
needs no answer has the number of the call that it refers to.
"""

from collections.abc import Callable
from typing import Any, cast

import msgpack

from runners.calls.faults import Fault, Kind
from runners.errors import Interrupted, RunError, Stopped, StorageError, UsageError

DriverMessage = list[Any]
_ERRORS = {each.__name__: each for each in (UsageError, StorageError, Stopped, Interrupted)}


class Outgoing:
    """Outgoing messages; those of one turn of the event loop go into one frame."""

    def __init__(self, send: Callable[[bytes], None], soon: Callable[..., object]) -> None:
        """`send` sends a frame; `soon` calls a function after the present turn."""
        self._send, self._soon = send, soon
        self._waiting: list[DriverMessage] = []

    def add(self, *message: Any) -> None:
        """Send a message with the next frame."""
        if not self._waiting:
            self._soon(self._flush)
        self._waiting.append(list(message))

    def _flush(self) -> None:
        frame, self._waiting = self._waiting, []
        self._send(cast("bytes", msgpack.packb(frame)))


def read_frame(frame: bytes) -> list[DriverMessage]:
    """The messages of a frame."""
    return cast("list[DriverMessage]", msgpack.unpackb(frame))


def pack_error(error: RunError) -> tuple[str, str]:
    """A RunError as values of a message."""
    return type(error).__name__, str(error)


def unpack_error(name: str, text: str) -> RunError:
    """The RunError of a message."""
    return _ERRORS.get(name, RunError)(text)


def pack_fault(fault: Fault) -> tuple[str, str, str, float | None, bool]:
    """A fault as values of a message."""
    return fault.kind.value, fault.name, fault.message, fault.retry_after, fault.may_be_billed


def unpack_fault(
    kind: str, name: str, message: str, retry_after: float | None, may_be_billed: bool
) -> Fault:
    """The fault of a message."""
    return Fault(Kind(kind), name, message, retry_after, may_be_billed=may_be_billed)
