"""Flaws: what may be wrong with a response that evolution changed.

A flaw is a reason to look, not a proof. What the original response has itself is no flaw.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from nodes.guards.code import has_open_fence, is_code_lost
from nodes.guards.endings import is_cut_off
from nodes.guards.language import is_language_switched
from nodes.guards.leaks import has_role_names, has_scaffolding
from nodes.guards.losses import are_numbers_lost
from nodes.guards.refusals import is_refusal

LONGEST = 10.0
"""How many times as long as the original a response may be."""
_SHORT = 100
"""Characters that an original counts as if it has fewer: a word may well become a paragraph."""

FLAWS: Mapping[str, str] = {
    "scaffolding": "headings, lead-ins or remarks around the response",
    "role_names": "debaters, judge, chat roles or template tokens",
    "refusal": "an apology or refusal instead of an answer",
    "language": "another language or script, not asked for",
    "fence": "a code fence that is not closed",
    "cut_off": "the end is missing",
    "numbers_lost": "half or more of the original's numbers are gone",
    "code_lost": "the original's lines of code are gone",
    "too_long": "many times as long as the original (--longest)",
    "delimiter": "marks that the judge's prompt is laid out with",
}
"""Every flaw by name, and what it means."""


class Exchange(NamedTuple):
    """One response that evolution changed, with what it is held against."""

    request: str
    """The instruction, then the input; of a conversation's turn, its question with history."""
    original: str
    response: str
    finish_reason: str | None = None
    """Why the model stopped writing the response; None if the endpoint did not tell."""


class Limits(NamedTuple):
    """What the rules of a run depend on."""

    longest: float
    delimiters: Sequence[str]


_RULES: Mapping[str, Callable[[Exchange, Limits], bool]] = {
    "scaffolding": lambda x, _: has_scaffolding(x.response, x.original),
    "role_names": lambda x, _: has_role_names(x.response, x.original),
    "refusal": lambda x, _: is_refusal(x.response) and not is_refusal(x.original),
    "language": lambda x, _: is_language_switched(x.request, x.original, x.response),
    "fence": lambda x, _: has_open_fence(x.response) and not has_open_fence(x.original),
    "cut_off": lambda x, _: is_cut_off(x.response, x.finish_reason) and not is_cut_off(x.original),
    "numbers_lost": lambda x, _: are_numbers_lost(x.response, x.original),
    "code_lost": lambda x, _: is_code_lost(x.response, x.original),
    "too_long": lambda x, limits: is_too_long(x.response, x.original, limits.longest),
    "delimiter": lambda x, limits: has_delimiter(x.response, x.original, limits.delimiters),
}


def flaws_in(exchange: Exchange, limits: Limits) -> list[str]:
    """Name the flaws of one changed response, in the order of FLAWS."""
    return [flaw for flaw in FLAWS if _RULES[flaw](exchange, limits)]


def is_too_long(response: str, original: str, longest: float) -> bool:
    """Whether a response is more than so many times as long as its original."""
    return len(response) > longest * max(len(original), _SHORT)


def has_delimiter(response: str, original: str, delimiters: Sequence[str]) -> bool:
    """Whether a mark of the judge's prompt, in any case, has come into the response."""
    now, before = response.lower(), original.lower()
    return any(mark.lower() in now and mark.lower() not in before for mark in delimiters)
