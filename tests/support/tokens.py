"""Tokens of an answer with how likely they were, as endpoints tell them that are asked to.

Of what the loopback judge says, the number of an assistant is the one token that could have been
another one: `chance_of_first` says how likely.
"""

import math
import re
from typing import Any

from tests.support.verdicts import chance_of_first, read_pair
from tests.support.words import Prompt

_PIECES = re.compile(r"\d| ?[A-Za-z]+|.", re.DOTALL)
_NUMBERS = {"1": "2", "2": "1"}


def logprobs_of(text: str, prompt: Prompt, alternatives: int) -> dict[str, Any]:
    """A choice's `logprobs`: each token with so many alternatives, itself the first."""
    return {"content": [_token(each, prompt, alternatives) for each in _PIECES.findall(text)]}


def _token(piece: str, prompt: Prompt, alternatives: int) -> dict[str, Any]:
    likely = {piece: 0.98, f"{piece}~": 0.01}
    if piece in _NUMBERS:
        chance = chance_of_first(read_pair(prompt))
        own = chance if piece == "1" else 1 - chance
        likely = {piece: own, _NUMBERS[piece]: 1 - own}
    told = [_told(each, chance) for each, chance in likely.items()]
    return {**told[0], "top_logprobs": told[:alternatives]}


def _told(piece: str, chance: float) -> dict[str, Any]:
    return {"token": piece, "logprob": math.log(chance), "bytes": list(piece.encode())}
