"""Kinds of faults, and which kind it is that an endpoint answers by status, code or words."""

import re
from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """What to do about a failed call."""

    THROTTLED = "throttled"
    """The endpoint asks for a lower rate (429): wait and send again, however often."""
    BUSY = "busy"
    """The endpoint is overloaded, or away for a while (503, 529): the same."""
    SLOW = "slow"
    """No answer in time: the same while the endpoint has too many calls, else as TRANSIENT."""
    SHORT = "short"
    """BUSY or SLOW in a service tier that another stands in for: send again, in time to that one.
    The endpoint itself may be well."""
    TRANSIENT = "transient"
    """Send again, up to a number of attempts."""
    UNREADABLE = "unreadable"
    """No chat completion: the same, but before the first answer it may be no API at all."""
    GONE = "gone"
    """Nobody listens there: send again when the endpoint is back."""
    ROW = "row"
    """Never answered differently: the row fails."""
    REFUSED = "refused"
    """This call or all of them (403, 404): a greeting tells."""
    RUN = "run"
    """No call can succeed: the run stops."""
    ACCOUNT = "account"
    """Paid for no longer: the run stops, and goes on once the account is in order."""

    @property
    def may_pass(self) -> bool:
        """Whether the same call may be answered another time."""
        return self not in (Kind.ROW, Kind.REFUSED)


class ErrorAnswer(NamedTuple):
    """What an endpoint said of a call."""

    status: int
    codes: tuple[str, ...]
    """All that it calls a code or a type."""
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
"""OpenAI says so when the money is used up, Gemini also for a limit a minute, with a wait."""
_LOW_BALANCE = re.compile(r"^your credit balance is too low", re.IGNORECASE)
"""Anthropic's, with 400; a 400 that quotes a row must not be taken for it."""
_BAD_KEY = re.compile(r"^api key (not valid|not found|expired)|^no connected db\.?$", re.IGNORECASE)
"""Google's, with 400; LiteLLM's for a key that is not its own, where it keeps no others."""
_TOO_LARGE = "request too large"
"""OpenAI refuses a prompt above the tokens of a whole minute with 429, however long one waits."""
_SHORT = re.compile(r"resource[ _]unavailable|capacity[ _]exceeded", re.IGNORECASE)
"""A service tier's, when it is short: OpenAI's with 429, Groq's with a status of its own."""
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
    """The HTTP status that codes in an answer with status 200 stand for; 502 if they tell none."""
    for code in codes:
        status = int(code) if code.isdecimal() else _STATUSES.get(code.lower(), 0)
        if 400 <= status < 600:
            return status
    return 502


def kind_of(said: ErrorAnswer, *, answered_before: bool) -> Kind:
    """Sort what an endpoint said. `answered_before`: the model has answered at all."""
    status = said.status
    if _is_account_end(said):
        return Kind.ACCOUNT
    if status == _GROQ_SHORT or (status == 429 and _is_short(said)):
        return Kind.BUSY
    if status == 429:
        return Kind.ROW if _TOO_LARGE in said.words.lower() else Kind.THROTTLED
    if status in (503, 529) or (status >= 500 and status_among(said.codes) == 529):
        return Kind.BUSY
    if status in (408, 409, 424) or status >= 500:  # 424: Bedrock's, for the model's own trouble
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
    """Whether an endpoint does not take the key."""
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
