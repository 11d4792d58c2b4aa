"""Spans: where in a response a flaw was found."""

from typing import NamedTuple


class Span(NamedTuple):
    """A part of a text: `text[start:end]`."""

    start: int
    end: int
    reason: str = ""
    """What is wrong there, if the guard's name does not say so already."""


def whole_text(text: str, *, if_true: bool) -> Span | None:
    """The span of the whole text, or None unless `if_true`."""
    return Span(0, len(text)) if if_true else None


def because(text: str, reason: str | None) -> Span | None:
    """The span of the whole text with a reason, or None without one."""
    return None if reason is None else Span(0, len(text), reason)
