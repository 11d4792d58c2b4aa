"""Flaws: what may be wrong with the responses of a row that evolution changed.

flaws_of(record)                # ["refusal", "too_long"]
flaws_of(record, longest=3.0)   # with another limit on length

A flaw is a reason to look, not a proof. What the original response has itself is no flaw, and
neither is anything about a response that was not changed.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from nodes.state import Round
from prompts.pack import load_pack
from runners.evolution import Evolution, Record
from runners.hygiene.code import has_open_fence, is_code_lost
from runners.hygiene.endings import is_cut_off
from runners.hygiene.language import is_language_switched
from runners.hygiene.leaks import has_role_names, has_scaffolding
from runners.hygiene.losses import are_numbers_lost
from runners.hygiene.refusals import is_refusal

LONGEST = 10.0
"""How many times as long as the original a response may be."""
_SHORT = 100
"""Letters that an original counts as if it has fewer: a word may well become a paragraph."""

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


def flaws_of(
    record: Record, longest: float = LONGEST, delimiters: Sequence[str] | None = None
) -> list[str]:
    """Name the flaws of a row's changed responses, of all its turns, in the order of FLAWS.

    `delimiters` are those of the run's prompt pack; None means the built-in pack's.
    """
    marks = load_pack().judge_delimiters if delimiters is None else delimiters
    limits, found = Limits(longest, marks), set[str]()
    for exchange in exchanges_of(record):
        found.update(flaws_in(exchange, limits))
    return [flaw for flaw in FLAWS if flaw in found]


def flaws_in(exchange: Exchange, limits: Limits) -> list[str]:
    """Name the flaws of one changed response, in the order of FLAWS."""
    return [flaw for flaw in FLAWS if _RULES[flaw](exchange, limits)]


def exchanges_of(record: Record) -> list[Exchange]:
    """The responses of a row that evolution changed: of a sample one at most."""
    if isinstance(record, Evolution):
        request = f"{record.instruction}\n\n{record.input}"
        found = [_exchange(request, record.original_response, record.response, record.rounds)]
    else:
        found = [
            _exchange(
                turn["instruction"], turn["original_response"], turn["response"], turn["rounds"]
            )
            for turn in record.turns
        ]
    return [each for each in found if each is not None]


def _exchange(
    request: str, original: str, response: str, rounds: Sequence[Round]
) -> Exchange | None:
    """The exchange; None if no edit won."""
    won = [each["edit"] for each in rounds if each["outcome"] == "improved"]
    if not won or response == original:
        return None
    return Exchange(request, original, response, won[-1]["finish_reason"])


def is_too_long(response: str, original: str, longest: float) -> bool:
    """Whether a response is more than so many times as long as its original."""
    return len(response) > longest * max(len(original), _SHORT)


def has_delimiter(response: str, original: str, delimiters: Sequence[str]) -> bool:
    """Whether a mark of the judge's prompt, in any case, has come into the response."""
    now, before = response.lower(), original.lower()
    return any(mark.lower() in now and mark.lower() not in before for mark in delimiters)
