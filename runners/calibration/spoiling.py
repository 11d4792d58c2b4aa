"""Spoiling: makes twins of a response that are known to be worse, or only longer. Pure.

The result depends only on the response and a source of random numbers.
"""

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Literal, get_args

from runners.calibration.contradiction import contradicted

Spoiling = Literal["shuffled", "cut", "swapped", "numbers", "contradicted"]
"""Ways in which a twin is made worse."""
SPOILINGS: tuple[Spoiling, ...] = get_args(Spoiling)
PADDED = "padded"
"""The kind of twin that is not worse, but says everything twice."""

MEANINGS: Mapping[str, str] = {
    "shuffled": "its words in another order",
    "cut": "cut off after a third",
    "swapped": "the response to another row",
    "numbers": "its numbers changed",
    "contradicted": "one sentence says the opposite",
    PADDED: "everything said twice",
}
"""Description of each kind of twin."""

_FEWEST_WORDS = 5
"""A shorter text is shuffled by letters, as are scripts without spaces."""
_LEAST_CUT = 30
"""Fewest characters of a text to cut: shorter ones would not become clearly worse."""
_DIGITS = "123456789"
_NUMBER = re.compile(r"(?<![\w.])(?!\d{1,2}[.)]\s)\d[\d.,]*")
"""Numbers, except list marks such as `2. ` and `2) `."""


def shuffled(text: str, other: str, random: Random) -> str | None:
    """Shuffle the words, all on one line."""
    words = text.split()
    parts, glue = (words, " ") if len(words) >= _FEWEST_WORDS else (list(text.strip()), "")
    random.shuffle(parts)
    return glue.join(parts)


def cut(text: str, other: str, random: Random) -> str | None:
    """Keep the first third, cut between words if possible; None for a short text."""
    whole = text.strip()
    if len(whole) < _LEAST_CUT:
        return None
    kept, space, _ = whole[: len(whole) // 3].rpartition(" ")
    return kept if space else whole[: len(whole) // 3]


def swapped(text: str, other: str, random: Random) -> str | None:
    """Take the response to another task."""
    return other


def numbers(text: str, other: str, random: Random) -> str | None:
    """Change every digit of every number; None if there is none."""
    changed = _NUMBER.sub(lambda match: _other_number(match[0], random), text)
    return None if changed == text else changed


def padded(text: str) -> str:
    """Say everything twice: longer and no better (Zheng et al., 2023, section 3.3)."""
    return f"{text.strip()}\n\n{text.strip()}"


def _other_number(number: str, random: Random) -> str:
    return "".join(
        random.choice(_DIGITS.replace(each, "")) if each.isdigit() else each for each in number
    )


_MAKERS: Mapping[Spoiling, Callable[[str, str, Random], str | None]] = {
    "shuffled": shuffled,
    "cut": cut,
    "swapped": swapped,
    "numbers": numbers,
    "contradicted": lambda text, other, random: contradicted(text, random),
}


def spoilt(text: str, how: Spoiling, other: str, seed: int) -> str | None:
    """A twin of a response that is worse in this way; None if it would be the same.

    `other` is the response to another task, blank if there is none.
    """
    twin = _MAKERS[how](text, other, Random(f"{seed} {how} {text}"))
    is_twin = twin is not None and twin.strip() and twin.split() != text.split()
    return twin if is_twin else None
