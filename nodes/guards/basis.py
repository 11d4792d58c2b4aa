"""The basis of an edit: the response and the request that it is compared with."""

import re
from typing import NamedTuple

WHITE = " \t\r\n\f\v"
"""White space that is stripped around a response."""


class Basis(NamedTuple):
    """What was there before the edit."""

    previous: str
    """The response that was edited: what it contains is part of the response, not a leak."""
    request: str = ""
    """The instruction, then the input: what it asks for is not a leak."""

    def names(self, piece: str) -> bool:
        """Whether a piece of the edit occurs in the request or the previous response.

        A piece of three words or more is compared without the marks around it. A shorter one is
        compared exactly and with the previous response alone: a request that merely contains
        `USER:` or `### Response:` does not ask for it.
        """
        exact = piece.strip(WHITE).lower()
        words = exact.strip(f"{WHITE}*#:_`\uff1a")
        if len(words.split()) > 2:
            return words in self.request.lower() or words in self.previous.lower()
        return exact in self.previous.lower()

    def asks(self, wish: re.Pattern[str]) -> bool:
        """Whether the request speaks of what the pattern looks for."""
        return bool(wish.search(self.request))
