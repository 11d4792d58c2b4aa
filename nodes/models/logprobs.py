"""Log probabilities: what an endpoint tells of each token of an answer, and of those beside it.

OpenAI's form, which vLLM and llama.cpp share: `logprobs.content`, a list of tokens with their
`top_logprobs`. Kept is a shorter one, the same for every client, that fits a journal.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from pydantic import JsonValue
from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

ASKED = "logprobs"
"""The entry of a call's body that asks for them, and where a message's metadata has them."""
_DIGITS = 4
"""Decimals of a log probability that are kept: 0.01% of a probability."""


class Token(TypedDict):
    """A token of an answer."""

    text: str
    """Bytes that are no whole letter are surrogates, as `surrogateescape` makes them."""
    logprob: float
    others: dict[str, float]
    """Log probabilities of the likeliest tokens in its place, itself among them as a rule."""


def asking_for(alternatives: int) -> dict[str, JsonValue]:
    """The entries of a call's body that ask for so many alternatives of each token."""
    return {ASKED: True, f"top_{ASKED}": alternatives}


def read_logprobs(choice: Mapping[str, Any]) -> list[Token] | None:
    """What a choice of a completion tells; None if nothing, or in no form that is known."""
    told = choice.get(ASKED)
    content = cast("dict[str, Any]", told).get("content") if isinstance(told, dict) else None
    if not isinstance(content, list) or not content:
        return None
    try:
        return [_token(each) for each in cast("list[dict[str, Any]]", content)]
    except (LookupError, TypeError, ValueError):
        return None


def logprobs_kept(choice: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata of a LangChain message that keeps what a choice tells."""
    tokens = read_logprobs(choice)
    return {} if tokens is None else {ASKED: tokens}


def bytes_of(text: str) -> bytes:
    """A token's bytes: tokens of several can make up one letter."""
    return text.encode("utf-8", "surrogateescape")


def _token(told: Mapping[str, Any]) -> Token:
    others = cast("Iterable[dict[str, Any]]", told.get(f"top_{ASKED}") or ())
    return Token(
        text=_text(told),
        logprob=_rounded(told["logprob"]),
        others={_text(each): _rounded(each["logprob"]) for each in others},
    )


def _text(told: Mapping[str, Any]) -> str:
    raw = told.get("bytes")
    return str(told["token"]) if raw is None else bytes(raw).decode("utf-8", "surrogateescape")


def _rounded(logprob: Any) -> float:
    """JSON has no minus infinity; OpenAI writes -9999 for it."""
    return round(max(float(logprob), -9999.0), _DIGITS)
