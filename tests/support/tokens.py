"""Tokens of an answer with their probabilities, as endpoints report them on request.

In the loopback judge's answers only one token could have been another: the assistant's number.
"""

import math
import re
from typing import Any

_PIECES = re.compile(r"\d| ?[A-Za-z]+|.", re.DOTALL)
_NUMBERS = {"1": "2", "2": "1"}


def logprobs_of(text: str, first: float, alternatives: int) -> dict[str, Any]:
    """A choice's `logprobs`: each token with so many alternatives, itself the first.

    `first` says how likely Assistant 1 is named.
    """
    return {"content": [_token(each, first, alternatives) for each in _PIECES.findall(text)]}


def _token(piece: str, first: float, alternatives: int) -> dict[str, Any]:
    likely = {piece: 0.98, f"{piece}~": 0.01}
    if piece in _NUMBERS:
        own = first if piece == "1" else 1 - first
        likely = {piece: own, _NUMBERS[piece]: 1 - own}
    told = [_told(each, chance) for each, chance in likely.items()]
    return {**told[0], "top_logprobs": told[:alternatives]}


def _told(piece: str, chance: float) -> dict[str, Any]:
    return {"token": piece, "logprob": math.log(chance), "bytes": list(piece.encode())}
