"""Kinds of faults, told from an endpoint's status, codes and words."""

import re
from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple


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


class ErrorAnswer(NamedTuple):
    """What an endpoint said about a failed call."""

    status: int
    codes: tuple[str, ...]
    """Everything that the body calls a code or a type."""
    words: str
    tells_when: bool
    """Whether it says how long to wait."""


_NO_CREDIT = {
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_not_active",
    "exceeded_current_quota_error",  # Moonshot
    "insufficient_user_quota",  # one-api
    "insufficient_balance",
    "insufficient_credits",
    "arrearage",  # DashScope
    "accountoverdueerror",  # Ark
}
_NO_CREDIT_WORDS = re.compile(
    r"insufficient (account )?(balance|funds|credits?|quota)|(balance|credits?) (is )?not enough"
    r"|not enough (balance|credits?)|key limit exceeded|out of credits|余额不足|欠费",
    re.IGNORECASE,
)
_QUOTA = re.compile(r"exceeded your current quota", re.IGNORECASE)
"""OpenAI's words for an empty account; Gemini also uses them for a limit per minute, then with a
time to wait."""
_LOW_BALANCE = re.compile(r"^your credit balance is too low", re.IGNORECASE)
"""Anthropic's, with status 400. Anchored, so that a 400 that quotes a row is not taken for it."""
_BAD_KEY = re.compile(r"^api key (not valid|not found|expired)|^no connected db\.?$", re.IGNORECASE)
"""Google's, with status 400; LiteLLM's for an unknown key, if it has no database of keys."""
_TOO_LARGE = "request too large"
"""OpenAI rejects a prompt above the tokens per minute with 429, although waiting can't help."""
_SHORT = re.compile(r"resource[ _]unavailable|capacity[ _]exceeded", re.IGNORECASE)
"""A service tier without capacity: OpenAI's with 429, Groq's with a status of its own."""
_GROQ_SHORT = 498
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
    if _is_account_end(said):
        return Kind.ACCOUNT
    if status == _GROQ_SHORT or (status == 429 and _is_short(said)):
        return Kind.BUSY
    if status == 429:
        return Kind.ROW if _TOO_LARGE in said.words.lower() else Kind.THROTTLED
    if status in (503, 529) or (status >= 500 and status_among(said.codes) == 529):
        return Kind.BUSY
    if status in (408, 409, 424) or status >= 500:  # 424: Bedrock's, for a problem of the model's
        return Kind.TRANSIENT
    if _is_wrong_setting(said, answered_before):
        return Kind.RUN
    return Kind.REFUSED if status in (403, 404) else Kind.ROW


def _is_short(said: ErrorAnswer) -> bool:
    return any(_SHORT.search(text) for text in (said.words, *said.codes))


def _is_wrong_setting(said: ErrorAnswer, answered_before: bool) -> bool:
    if said.status == 404:
        return not answered_before
    return is_bad_key(said.status, said.words)


def is_bad_key(status: int, words: str) -> bool:
    """Whether an endpoint rejects the key."""
    return status == 401 or (status == 400 and _BAD_KEY.match(words) is not None)


def _is_account_end(said: ErrorAnswer) -> bool:
    if said.status == 402 or "402" in said.codes:
        return True
    if said.status == 400 and _LOW_BALANCE.match(said.words):
        return True
    if said.status not in (401, 403, 429):
        return False
    if _NO_CREDIT & {code.lower() for code in said.codes} or _NO_CREDIT_WORDS.search(said.words):
        return True
    return not said.tells_when and _QUOTA.search(said.words) is not None
