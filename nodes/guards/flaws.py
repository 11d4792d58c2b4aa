"""Flaws: what may be wrong with an edit. Each flaw has the name of the guard that finds it.

What the original response already had, or the request names, is not a flaw.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from nodes.guards.answers import is_answer_changed
from nodes.guards.code import has_open_fence, is_code_lost
from nodes.guards.echo import find_echo
from nodes.guards.endings import breaks_off, is_broken_off
from nodes.guards.format_rules import find_broken_rule
from nodes.guards.json_text import is_json_broken
from nodes.guards.language import is_language_switched
from nodes.guards.leaks import find_role_names, find_scaffolding, find_tokens
from nodes.guards.losses import are_numbers_lost
from nodes.guards.python_code import is_python_broken
from nodes.guards.refusals import is_refusal
from nodes.guards.span import Span, because, whole_text

LONGEST = 10.0
"""Default of `--longest`: how many times as long as the original a response may be."""
_SHORT = 100
"""Originals shorter than this count as this long, in characters: a word may become a paragraph."""

FLAWS: Mapping[str, str] = {
    "scaffolding": "headings, lead-ins, tags or remarks around the response",
    "tokens": "tokens of chat templates",
    "role_names": "debaters, judge or chat roles",
    "echo": "the prompt or the instruction said again",
    "empty": "nothing but white space",
    "unfinished": "broken off by the endpoint",
    "refusal": "an apology or refusal instead of an answer",
    "language": "another language or script, not asked for",
    "fence": "a code fence that is not closed",
    "cut_off": "the end is missing",
    "numbers_lost": "half or more of the original's numbers are gone",
    "code_lost": "the original's lines of code are gone",
    "too_long": "many times as long as the original (--longest)",
    "delimiter": "marks that the judge's prompt is laid out with",
    "json": "no JSON, where the original is JSON or the request asks for it",
    "python": "a Python code block that does not compile",
    "answer": "another final answer than the original's, or none",
    "format": "breaks a rule of the instruction that the original keeps",
    "identical": "nothing but white space is new",
}
"""Every flaw by name, and what it means."""
DEFAULT = ("scaffolding", "tokens", "role_names", "echo", "empty", "unfinished")
"""The guards that are on by default; docs/guards.md has the measured precision of each."""


class Exchange(NamedTuple):
    """An edited response, and the texts that it is checked against."""

    instruction: str
    """The instruction; for a turn of a conversation, its question with the history before it."""
    input: str
    original: str
    """The response before any edit."""
    response: str
    finish_reason: str | None = None
    """Why the model stopped writing the response; None if the endpoint did not say."""
    previous: str | None = None
    """The response that was edited; None if that was the original, or is no longer known."""

    @property
    def request(self) -> str:
        """The instruction, then the input."""
        return f"{self.instruction}\n\n{self.input}"


class FlawLimits(NamedTuple):
    """Settings of a run that flaws depend on."""

    longest: float
    delimiters: Sequence[str]


class Flaw(NamedTuple):
    """A flaw that was found, and where in the response."""

    name: str
    span: Span


_Rule = Callable[[Exchange, FlawLimits], Span | None]


def _if(rule: Callable[[Exchange, FlawLimits], bool]) -> _Rule:
    """Turn a yes-or-no check of a whole response into a rule that returns its span."""
    return lambda x, limits: whole_text(x.response, if_true=rule(x, limits))


_RULES: Mapping[str, _Rule] = {
    "scaffolding": lambda x, _: find_scaffolding(x.response, x.original, x.request),
    "tokens": lambda x, _: find_tokens(x.response, x.original, x.request),
    "role_names": lambda x, _: find_role_names(x.response, x.original, x.request),
    "echo": lambda x, _: find_echo(x.response, x.original, x.instruction),
    "empty": _if(lambda x, _: not x.response.strip()),
    "unfinished": _if(lambda x, _: is_broken_off(x.finish_reason)),
    "refusal": _if(lambda x, _: is_refusal(x.response) and not is_refusal(x.original)),
    "language": _if(lambda x, _: is_language_switched(x.request, x.original, x.response)),
    "fence": _if(lambda x, _: has_open_fence(x.response) and not has_open_fence(x.original)),
    "cut_off": _if(
        lambda x, _: breaks_off(x.response, x.finish_reason) and not breaks_off(x.original)
    ),
    "numbers_lost": _if(lambda x, _: are_numbers_lost(x.response, x.original)),
    "code_lost": _if(lambda x, _: is_code_lost(x.response, x.original)),
    "too_long": _if(lambda x, limits: is_too_long(x.response, x.original, limits.longest)),
    "delimiter": _if(lambda x, limits: has_delimiter(x.response, x.original, limits.delimiters)),
    "json": _if(lambda x, _: is_json_broken(x.response, x.original, x.request)),
    "python": _if(lambda x, _: is_python_broken(x.response, x.original)),
    "answer": _if(lambda x, _: is_answer_changed(x.response, x.original)),
    "format": lambda x, _: because(
        x.response, find_broken_rule(x.response, x.original, x.instruction)
    ),
    "identical": _if(lambda x, _: is_identical(x.response, x.original, x.previous)),
}


def find_flaws(exchange: Exchange, limits: FlawLimits, guards: Iterable[str] = FLAWS) -> list[Flaw]:
    """Run the named guards; return the flaws that they find, in the order of `guards`."""
    found = ((name, _RULES[name](exchange, limits)) for name in guards)
    return [Flaw(name, span) for name, span in found if span is not None]


def flaws_in(exchange: Exchange, limits: FlawLimits) -> list[str]:
    """Run all guards; return the names of the flaws found, in the order of FLAWS."""
    return [flaw.name for flaw in find_flaws(exchange, limits)]


def is_too_long(response: str, original: str, longest: float) -> bool:
    """Whether a response is more than `longest` times as long as its original."""
    return len(response) > longest * max(len(original), _SHORT)


def has_delimiter(response: str, original: str, delimiters: Sequence[str]) -> bool:
    """Whether the edit added a delimiter of the judge's prompt to the response, in any case."""
    now, before = response.lower(), original.lower()
    return any(mark.lower() in now and mark.lower() not in before for mark in delimiters)


def is_identical(response: str, *others: str | None) -> bool:
    """Whether a response differs from one of the others in white space alone."""
    bare = "".join(response.split())
    return bool(bare) and any(bare == "".join(each.split()) for each in others if each is not None)
