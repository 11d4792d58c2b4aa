"""Kinds of faults, told from an endpoint's status, codes and words."""

from collections.abc import Iterable
from enum import Enum

from runners.calls.signs import (
    ErrorAnswer,
    is_account_end,
    is_bad_key,
    is_short,
    is_too_long,
    is_unknown_model,
)


class Kind(Enum):
    """What to do about a failed call."""

    THROTTLED = "throttled"
    """The endpoint asks for a lower rate (429): wait and send again, any number of times."""
    BUSY = "busy"
    """The endpoint is overloaded or temporarily away (503, 529): the same."""
    SLOW = "slow"
    """Timed out: the same while the endpoint has too many calls, otherwise as TRANSIENT."""
    SHORT = "short"
    """BUSY or SLOW in a service tier that has a successor: send again, and in time to the next
    tier. The endpoint itself may be fine."""
    TRANSIENT = "transient"
    """Send again, up to a number of attempts."""
    UNREADABLE = "unreadable"
    """Not a chat completion: as TRANSIENT, but before the first answer it may not be an API."""
    GONE = "gone"
    """Nothing listens there: send again when the endpoint is back."""
    ROW = "row"
    """It would fail again in the same way: the row fails."""
    REFUSED = "refused"
    """Either this call or all calls are refused (403, 404): a greeting decides."""
    RUN = "run"
    """No call can succeed: the run stops."""
    ACCOUNT = "account"
    """The account is out of money: the run stops, and can be resumed once that is settled."""

    @property
    def may_pass(self) -> bool:
        """Whether the same call may succeed another time."""
        return self not in (Kind.ROW, Kind.REFUSED)


_PASSING = (408, 409, 421, 424, 425, 499)
"""Statuses below 500 of which none is the row's fault. 424: Bedrock's, for a problem of the model.
499: nginx's and Google's, for a call that was given up."""
_MISSING = (404, 405, 410)
"""No such model or path. 405: a web server's, where no API is. 410: a model that was there once."""
_FORBIDDEN = (403, 451)
_PROXY_LOGIN = 407
"""A proxy asks for a user name and a password."""
_STATUSES = {
    "rate_limit_exceeded": 429,
    "rate_limit_error": 429,
    "resource_exhausted": 429,
    "overloaded_error": 529,
    "unavailable": 503,
    "invalid_request_error": 400,
    "badrequesterror": 400,
    "context_length_exceeded": 400,
    "authentication_error": 401,
    "invalid_api_key": 401,
    "permission_error": 403,
    "billing_error": 402,
    "not_found_error": 404,
}


def status_among(codes: Iterable[str]) -> int:
    """The HTTP status that codes in an answer with status 200 stand for; 502 if none is known."""
    for code in codes:
        status = int(code) if code.isdecimal() else _STATUSES.get(code.lower(), 0)
        if 400 <= status < 600:
            return status
    return 502


def kind_of(said: ErrorAnswer, *, answered_before: bool) -> Kind:
    """Classify what an endpoint said. `answered_before`: the model has answered in this run."""
    status = said.status
    if status < 400:  # a redirect, which is not followed
        return Kind.UNREADABLE
    if is_account_end(said):
        return Kind.ACCOUNT
    if is_too_long(said):
        return Kind.ROW
    if is_short(said):
        return Kind.BUSY
    if status == 429:
        return Kind.THROTTLED
    if status in (503, 529) or (status >= 500 and status_among(said.codes) == 529):
        return Kind.BUSY
    if status in _PASSING or status >= 500:
        return Kind.TRANSIENT
    return _kind_of_refusal(said, answered_before=answered_before)


def _kind_of_refusal(said: ErrorAnswer, *, answered_before: bool) -> Kind:
    """Classify a status that blames the caller."""
    is_missing = said.status in _MISSING or is_unknown_model(said)
    is_wrong_login = said.status == _PROXY_LOGIN or is_bad_key(said.status, said.words)
    if is_wrong_login or (is_missing and not answered_before):
        return Kind.RUN
    return Kind.REFUSED if is_missing or said.status in _FORBIDDEN else Kind.ROW
