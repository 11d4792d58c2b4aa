"""Log probabilities: what an endpoint reports for each token of an answer and its alternatives.

The input is OpenAI's form, shared by vLLM and llama.cpp: `logprobs.content`, a list of tokens with
their `top_logprobs`. It is kept in a shorter form, the same for every client, that suits the
journal.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from pydantic import JsonValue
from typing_extensions import TypedDict  # pydantic requires this one before Python 3.12

ASKED = "logprobs"
"""The entry of a call's body that asks for them, and their key in a message's metadata."""
_DIGITS = 4
"""Decimals of a log probability that are kept: an error of 0.01% of the probability."""


class Token(TypedDict):
    """One token of an answer."""

    text: str
    """The text; bytes that are only a part of a character are surrogates, as by
    `surrogateescape`."""
    logprob: float
    others: dict[str, float]
    """Log probabilities of the likeliest tokens in its place, as a rule itself among them."""


def asking_for(alternatives: int) -> dict[str, JsonValue]:
    """The entries of a call's body that ask for logprobs with this many alternatives per token."""
    return {ASKED: True, f"top_{ASKED}": alternatives}


def read_logprobs(choice: Mapping[str, Any]) -> list[Token] | None:
    """The tokens that a choice reports; None if there are none, or in an unknown form."""
    told = choice.get(ASKED)
    content = cast("dict[str, Any]", told).get("content") if isinstance(told, dict) else None
    if not isinstance(content, list) or not content:
        return None
    try:
        return [_token(each) for each in cast("list[dict[str, Any]]", content)]
    except (LookupError, TypeError, ValueError):
        return None


def logprobs_kept(choice: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata for a LangChain message that keeps a choice's logprobs."""
    tokens = read_logprobs(choice)
    return {} if tokens is None else {ASKED: tokens}


def bytes_of(text: str) -> bytes:
    """A token's bytes: several tokens can make up one character."""
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
    """Rounded; JSON has no minus infinity, for which OpenAI writes -9999."""
    return round(max(float(logprob), -9999.0), _DIGITS)
