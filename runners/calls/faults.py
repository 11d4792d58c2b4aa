"""Faults: what an error of a call means for the call, its row and the run."""

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from nodes.models.errors import one_line

if TYPE_CHECKING:
    import openai


class Kind(Enum):
    """What to do about a failed call."""

    THROTTLED = "throttled"
    """The endpoint asks for a lower rate (429): wait and send again, however often."""
    BUSY = "busy"
    """The endpoint is overloaded, or away for a while (503): the same."""
    TRANSIENT = "transient"
    """Send again, up to a number of attempts."""
    GONE = "gone"
    """Nobody listens there: send again when the endpoint is back."""
    ROW = "row"
    """Never answered differently: the row fails."""
    RUN = "run"
    """No call can succeed: the run stops."""


class Fault(NamedTuple):
    """A failed call, understood."""

    kind: Kind
    name: str
    """The error's class."""
    message: str
    """What the endpoint said, on one line."""
    retry_after: float | None = None
    """Seconds to wait, where the endpoint says so."""


class CallError(Exception):
    """A call that failed for good, and with it its row."""

    def __init__(self, stage: str, fault: Fault, attempts: int) -> None:
        super().__init__(f"{stage}: {fault.name}: {fault.message} (attempts: {attempts})")
        self.stage, self.fault, self.attempts = stage, fault, attempts


_GONE = (
    "ConnectionRefusedError",
    "ClientConnectorError",
    "ClientConnectorDNSError",
    "ConnectError",
    "gaierror",
)
_NO_CREDIT = ("insufficient_quota", "billing_hard_limit_reached")
_TOO_LARGE = "request too large"
"""OpenAI refuses a prompt above the tokens of a whole minute with 429, however long one waits."""


def understand(error: Exception, *, answered_before: bool) -> Fault:
    """Classify an error of a chat model's call.

    `answered_before` tells whether this model has answered at all: if not, a wrong key, model or
    address (401, 403, 404) stops the run; afterwards a 403 or 404 is the row's own.
    """
    import openai  # it takes half a second, and most runs see no error

    name, message = _name(error), one_line(error)
    if isinstance(error, openai.APIStatusError):
        kind = _kind_of_status(error, answered_before=answered_before)
        return Fault(kind, name, message, retry_after(error))
    if isinstance(error, openai.APIConnectionError) and any(
        type(cause).__name__ in _GONE for cause in _causes(error)
    ):
        return Fault(Kind.GONE, name, "connection refused")
    return Fault(Kind.TRANSIENT, name, message)


def _name(error: Exception) -> str:
    """The error's class; of those that LangChain derives from the SDK's, the SDK's own."""
    classes = type(error).__mro__
    return next((c for c in classes if c.__module__ == "openai"), classes[0]).__name__


def _kind_of_status(error: "openai.APIStatusError", *, answered_before: bool) -> Kind:
    status = error.status_code
    if status == 429 and _TOO_LARGE in one_line(error).lower():
        return Kind.ROW
    if status == 429:
        return Kind.RUN if error.code in _NO_CREDIT else Kind.THROTTLED
    if status == 503:
        return Kind.BUSY
    if status in (408, 409) or status >= 500:
        return Kind.TRANSIENT
    if status == 401 or (status in (403, 404) and not answered_before):
        return Kind.RUN
    return Kind.ROW


def _causes(error: BaseException | None) -> list[BaseException]:
    """The error and all that it came from."""
    causes: list[BaseException] = []
    while error is not None and error not in causes:
        causes.append(error)
        error = error.__cause__ or error.__context__
    return causes


def retry_after(error: "openai.APIStatusError") -> float | None:
    """Seconds that the endpoint asks to wait (`retry-after-ms`, `Retry-After`), at most an hour."""
    headers = error.response.headers
    for header, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(header, "")) * unit
        except ValueError:  # absent, or a date
            continue
        if seconds >= 0:
            return min(seconds, 3600.0)
    return None
