"""Spans: where in a response a flaw was found."""

from typing import NamedTuple


class Span(NamedTuple):
    """A part of a text, by the positions of its letters."""

    start: int
    end: int
    reason: str = ""
    """What is wrong there, where the guard's name does not tell it."""


def whole_text(text: str, *, if_true: bool) -> Span | None:
    """The span of a whole text that is flawed as such; None if it is not."""
    return Span(0, len(text)) if if_true else None


def because(text: str, reason: str | None) -> Span | None:
    """The span of a whole text with what is wrong with it; None without a reason."""
    return None if reason is None else Span(0, len(text), reason)
