"""Signs in an endpoint's error of what is wrong: the account, the key, the model, a long prompt.

They are in its status, codes and words, and each provider has its own
(`tests/runners/calls/told.yaml`).
"""

import re
from collections.abc import Iterable
from typing import NamedTuple


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
    "billing_hard_limit_reached",  # OpenAI's, with 400
    "billing_not_active",
    "budget_exceeded",  # LiteLLM's, with 400
    "credit_limit",  # Together's
    "exceeded_current_quota_error",  # Moonshot's
    "insufficient_user_quota",  # one-api's
    "insufficient_balance",
    "insufficient_balance_error",  # MiniMax's
    "insufficient_credits",
    "arrearage",  # DashScope's, with 400
    "accountoverdueerror",  # Ark's
}
_NO_CREDIT_WORDS = re.compile(
    r"insufficient (account )?(balance|funds|credits?|quota)|(balance|credits?) (is )?not enough"
    r"|balance is insufficient|not enough (balance|credits?)|key limit exceeded|out of credits"
    r"|credits are depleted|used all available credits|spend(ing)? (limit|cap)"
    r"|overdue (account|balance)|account is in good standing|billing to be enabled|余额不足|欠费",
    re.IGNORECASE,
)
_NO_CREDIT_STATUSES = (401, 403, 412, 429)
"""The statuses with which these words come; 412 is Fireworks'."""
_NO_CREDIT_AT_ONCE = re.compile(
    r"your credit balance is too low|you have reached your specified api usage limits"
    r"|insufficient balance( \(1008\))?$",
    re.IGNORECASE,
)
"""How Anthropic's message begins, with 400, and MiniMax's, with 500. Only the beginning counts, so
that an error that quotes a row is not taken for it."""
_QUOTA = re.compile(r"exceeded your current quota", re.IGNORECASE)
"""OpenAI's words for an empty account; Gemini also uses them for a limit per minute, then with a
time to wait."""
_BAD_KEY = re.compile(
    r"api key (not valid|not found|expired)|incorrect api key provided|no connected db\.?$",
    re.IGNORECASE,
)
"""How messages with status 400 begin: Google's, xAI's, and LiteLLM's for an unknown key, if it has
no database of keys."""
_NO_MODEL = {"model_not_found", "model_decommissioned", "model_not_available", "invalid_model"}
_NO_MODEL_WORDS = re.compile(
    r"model not exist|\S+ is not a valid model id|invalid model: |the requested model '\S+' is not",
    re.IGNORECASE,
)
"""How messages with status 400 begin: DeepSeek's, OpenRouter's, Mistral's and Hugging Face's."""
_NO_MODEL_STATUSES = (400, 403, 404, 422)
_TOO_MANY_TOKENS = re.compile(
    r"request too large|(extra usage is|usage credits are) required for long context", re.IGNORECASE
)
"""With status 429, although waiting can't help: OpenAI's for a prompt above the tokens per minute,
and Anthropic's for one that is too long for the account."""
_TOO_LONG = {"context_length_exceeded", "exceed_context_size_error"}
_TOO_LONG_WORDS = re.compile(
    r"maximum context length|(exceeds?|greater than) the (available )?context (size|length|window)"
    r"|when context the overflows",
    re.IGNORECASE,
)
"""What llama.cpp's older servers say with status 500, and LM Studio with 200. ("Context size has
been exceeded", with 500, is something else: llama.cpp's other slots have taken the room.)"""
_SHORT = re.compile(
    r"resource[ _]unavailable|capacity[ _]exceeded|no capacity available", re.IGNORECASE
)
"""OpenAI's and Mistral's for a service tier without capacity, Gemini's for a model."""
_GROQ_SHORT = 498
"""Groq's status for the same."""


def is_account_end(said: ErrorAnswer) -> bool:
    """Whether the account is out of money, or has reached a limit that the user has set."""
    if said.status == 402 or "402" in said.codes:
        return True
    if _NO_CREDIT & _lower(said.codes) or _NO_CREDIT_AT_ONCE.match(said.words):
        return True
    if said.status not in _NO_CREDIT_STATUSES:
        return False
    if _NO_CREDIT_WORDS.search(said.words):
        return True
    return not said.tells_when and _QUOTA.search(said.words) is not None


def is_bad_key(status: int, words: str) -> bool:
    """Whether an endpoint rejects the key."""
    return status == 401 or (status == 400 and _BAD_KEY.match(words) is not None)


def is_unknown_model(said: ErrorAnswer) -> bool:
    """Whether an endpoint does not have the model, or has it no longer."""
    is_told = bool(_NO_MODEL & _lower(said.codes)) or _NO_MODEL_WORDS.match(said.words) is not None
    return is_told and said.status in _NO_MODEL_STATUSES


def is_too_long(said: ErrorAnswer) -> bool:
    """Whether the prompt does not fit, though the status says that another try might help."""
    if said.status == 429:
        return _TOO_MANY_TOKENS.search(said.words) is not None
    is_told = bool(_TOO_LONG & _lower(said.codes)) or _TOO_LONG_WORDS.search(said.words) is not None
    return is_told and said.status >= 500


def is_short(said: ErrorAnswer) -> bool:
    """Whether a service tier or a model has no capacity, though the status says otherwise."""
    is_told = any(_SHORT.search(text) for text in (said.words, *said.codes))
    return said.status == _GROQ_SHORT or (said.status == 429 and is_told)


def _lower(codes: Iterable[str]) -> set[str]:
    return {code.lower() for code in codes}
