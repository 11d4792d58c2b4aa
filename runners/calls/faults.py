"""Faults: what a call's error means for the call, its row and the run."""

from collections.abc import Mapping
from typing import NamedTuple

from nodes.models.errors import one_line, plain_line
from nodes.models.said import codes_in, is_page, words_in
from nodes.models.told import is_garbled, is_late, is_unreachable, knows_no_login, name_of, told_by
from runners.calls.addresses import redirected
from runners.calls.completions import NoCompletion
from runners.calls.kinds import Kind, kind_of, status_among
from runners.calls.signs import ErrorAnswer
from runners.calls.spent import Spent
from runners.calls.waits import told_wait, wait_of

__all__ = ["CallError", "Fault", "Kind", "understand"]


class Fault(NamedTuple):
    """A failed call, classified."""

    kind: Kind
    name: str
    """The name of the error's class."""
    message: str
    """The endpoint's message, on one line."""
    retry_after: float | None = None
    """Seconds to wait, if the endpoint says so."""
    paid: Spent | None = None
    """Usage that was paid nevertheless, if the endpoint reports it."""
    may_be_billed: bool = False
    """Whether it was sent but no whole answer came back, so that its cost is unknown."""
    is_page: bool = False
    """Whether the answer was a web page, as from a proxy or a path without an API."""


class CallError(Exception):
    """A call failed for good, and so did its row."""

    def __init__(self, stage: str, fault: Fault, attempts: int) -> None:
        super().__init__(f"{stage}: {fault.name}: {fault.message} (attempts: {attempts})")
        self.stage, self.fault, self.attempts = stage, fault, attempts


def understand(error: Exception, *, answered_before: bool) -> Fault:
    """Classify the error of a chat model's call.

    `answered_before` says whether this model has answered in this run: if not, an unknown model or
    address (404) stops the run; otherwise it may be the row's fault.
    """
    name, message, told = name_of(error), one_line(error), told_by(error)
    if told is not None:
        return _sorted(told.name, told.status, told.headers, told.body, message, answered_before)
    if is_unreachable(error):
        return Fault(Kind.GONE, name, "connection refused")
    if is_late(error):
        return Fault(Kind.SLOW, name, message, may_be_billed=True)
    if knows_no_login(error):
        return Fault(Kind.RUN, name, message)
    if isinstance(error, (ValueError, LookupError)) or is_garbled(error):
        return _unreadable(error, message, answered_before)
    return Fault(Kind.TRANSIENT, name, message, may_be_billed=True)


def _sorted(
    name: str,
    status: int,
    headers: Mapping[str, str],
    body: object,
    message: str,
    answered_before: bool,
) -> Fault:
    tells_when = told_wait(headers, body) is not None
    said = ErrorAnswer(status, tuple(codes_in(body)), message, tells_when)
    kind = kind_of(said, answered_before=answered_before)
    if status < 400:
        message = f"the answer is no chat completion: {redirected(headers)}"
    is_html = isinstance(body, str) and is_page(body)
    return Fault(kind, name, message, wait_of(headers, body), is_page=is_html)


def _unreadable(error: Exception, message: str, answered_before: bool) -> Fault:
    """Classify an answer with status 200 that is no completion, by the error inside it if any."""
    headers: Mapping[str, str] = {}
    inside: object = error.args[0] if error.args else None  # the error that LangChain found
    paid = None
    if isinstance(error, NoCompletion):
        headers, inside, paid = error.headers, error.error, error.spent
    if not inside or (isinstance(inside, str) and not isinstance(error, NoCompletion)):
        if not isinstance(error, NoCompletion):
            what = "it has no choices" if isinstance(error, LookupError) else message
            message = f"the answer is no chat completion: {what}"
        untold = paid is None
        return Fault(Kind.UNREADABLE, "NoCompletion", message, paid=paid, may_be_billed=untold)
    status, words = status_among(codes_in(inside)), plain_line(words_in(inside))
    return _sorted(_error_name(status), status, headers, inside, words or message, answered_before)


def _error_name(status: int) -> str:
    """The SDK's class name for an HTTP status."""
    from runners.calls.http_errors import error_class

    return error_class(status).__name__
