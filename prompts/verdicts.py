"""Verdicts: what a judge's verdicts look like in the language of a prompt pack."""

import unicodedata
from collections.abc import Iterator
from functools import cached_property
from typing import Literal

from pydantic import Field, model_validator

from prompts.parts import PackPart

Winner = Literal["first", "second", "tie"]
"""Who has won, by the places in which the judge saw the responses."""

OPEN = "..."
"""How an open phrase ends in its normal form, where `…` has become three dots."""
_BRACKETS = ("Ps", "Pe", "Pi", "Pf")
_MARKS = "*`\"'<>$\\"


class Verdicts(PackPart):
    """The phrases with which a judge says who has won: each is all that it says on a line.

    One that ends with `…` may go on with reasons on the same line. Case, width, quotes, brackets
    and emphasis around and in a phrase make no difference.
    """

    first: tuple[str, ...] = Field(min_length=1)
    second: tuple[str, ...] = Field(min_length=1)
    tie: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _tell_apart(self) -> "Verdicts":
        seen: dict[str, Winner] = {}
        for winner, phrases in self._by_winner():
            for phrase in phrases:
                said = _normal_phrase(phrase).removesuffix(OPEN)
                if not said:
                    raise ValueError(f"{winner}: {phrase!r} has no letter and no digit")
                if seen.setdefault(said, winner) != winner:
                    raise ValueError(
                        f"{winner}: {phrase!r} reads the same as a phrase of {seen[said]}"
                    )
        return self

    @cached_property
    def phrases(self) -> list[tuple[str, Winner]]:
        """Every phrase in its normal form, with `OPEN` after an open one, and who wins by it."""
        return [(_normal_phrase(each), winner) for winner, own in self._by_winner() for each in own]

    def _by_winner(self) -> Iterator[tuple[Winner, tuple[str, ...]]]:
        yield "first", self.first
        yield "second", self.second
        yield "tie", self.tie


def normal(text: str) -> str:
    """Return a text in one case and width, without quotes, brackets, emphasis and outer marks.

    A question mark at the end is kept, since a question is no verdict.
    """
    wide = unicodedata.normalize("NFKC", text).casefold()
    bare = "".join(
        char for char in wide if unicodedata.category(char) not in _BRACKETS and char not in _MARKS
    )
    inner = [place for place, char in enumerate(bare) if _is_said(char)]
    return " ".join(bare[inner[0] : inner[-1] + 1].split()) if inner else ""


def _is_said(char: str) -> bool:
    """Tell whether it is a letter, a mark on one, a digit or a question mark."""
    return unicodedata.category(char)[0] in "LMN" or char == "?"


def _normal_phrase(phrase: str) -> str:
    is_open = unicodedata.normalize("NFKC", phrase).rstrip().endswith(OPEN)
    return f"{normal(phrase)}{OPEN if is_open else ''}"
