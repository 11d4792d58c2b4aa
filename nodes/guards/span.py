"""Spans: where in a response a flaw was found."""

from typing import NamedTuple


class Span(NamedTuple):
    """A part of a text, by the positions of its letters."""

    start: int
    end: int


def whole(text: str, *, if_true: bool) -> Span | None:
    """The span of a whole text that is flawed as such; None if it is not."""
    return Span(0, len(text)) if if_true else None
