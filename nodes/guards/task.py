"""What an edit is held against while it is cleaned, and where the task itself asks for a thing."""

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

WHITE = " \t\r\n\f\v"
"""White space as editors leave it around a response."""


class Task(NamedTuple):
    """What was there before the edit."""

    previous: str
    """The response that was edited: what it has itself is part of the response."""
    request: str = ""
    """The instruction, then the input: what it asks for is no leak."""

    def names(self, piece: str) -> bool:
        """Whether request or previous response have a piece of the edit, wherever it stands there.

        Of several words the marks around them do not matter. One or two say too little: that a
        request has `USER:` or `### Response:` in it does not ask for them.
        """
        exact = piece.strip(WHITE).lower()
        words = exact.strip(f"{WHITE}*#:_`\uff1a")
        if len(words.split()) > 2:
            return words in self.request.lower() or words in self.previous.lower()
        return exact in self.previous.lower()

    def asks(self, wish: re.Pattern[str]) -> bool:
        """Whether the request speaks of what the pattern looks for."""
        return bool(wish.search(self.request))


def any_of(*words: str) -> re.Pattern[str]:
    """A pattern of words in any case."""
    return re.compile("|".join(words), re.IGNORECASE)


def says_any(text: str, words: Iterable[str]) -> bool:
    """Whether a text has one of some words in small letters: many times as fast as a pattern."""
    lowered = text.lower()
    return any(word in lowered for word in words)


@cache
def pattern_of(pattern: str) -> re.Pattern[str]:
    """A verbose pattern of many words in any case, compiled when it is first needed.

    Together the large ones take 0.4 s, which nobody should pay who starts a command.
    """
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE | re.MULTILINE)
