"""What an edit is held against while it is cleaned, and where the task itself asks for a thing."""

import re
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
        """Whether the request has the words of a piece that an edit begins or ends with."""
        words = piece.strip(f"{WHITE}*#:_`\uff1a").lower()
        return len(words) > 2 and words in self.request.lower()

    def asks(self, wish: re.Pattern[str]) -> bool:
        """Whether the request speaks of what the pattern looks for."""
        return bool(wish.search(self.request))


def any_of(*words: str) -> re.Pattern[str]:
    """A pattern of words in any case."""
    return re.compile("|".join(words), re.IGNORECASE)
