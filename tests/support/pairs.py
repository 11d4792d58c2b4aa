"""Pairs of responses with known verdicts: what the scripted judge says of them in both orders.

from tests.support.pairs import planted
planted({("b", "b"): 7, ("a", "b"): 2})  # 7 pairs that B wins, 2 won by whichever comes first
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Literal, NamedTuple

from tests.support.verdicts import Pair, chosen

Verdict = Literal["a", "b", "tie", "unparsable"]
Fate = tuple[Verdict, Verdict]
"""The verdict with A as Assistant 1, and that with B as Assistant 1."""

ADDITION = "It goes on for a while after that."


class Planted(NamedTuple):
    """A task with two responses, and what the judge will say of them."""

    instruction: str
    a: str
    b: str
    fate: Fate


def fate_of(a: str, b: str) -> Fate:
    """What the scripted judge says of two responses."""
    return _verdict(a, b, "a", "b"), _verdict(b, a, "b", "a")


def _verdict(first: str, second: str, one: Verdict, two: Verdict) -> Verdict:
    pair = Pair(" ".join(first.split()), " ".join(second.split()))
    match chosen(pair):
        case "tie":
            return "tie"
        case "none":
            return "unparsable"
        case "longer":
            return one if pair.longer_first else two
        case "shorter":
            return two if pair.longer_first else one


def planted(wanted: Mapping[Fate, int]) -> list[Planted]:
    """So many pairs of each fate, in an order that mixes them."""
    left = Counter(wanted)
    return list(_found(left))


def _found(left: Counter[Fate]) -> Iterator[Planted]:
    for number in count():
        if not +left:
            return
        a, b = f"Thing {number} is round.", f"Thing {number} is round. {ADDITION}"
        if number % 3 == 0:
            a, b = b, a
        fate = fate_of(a, b)
        if left[fate] > 0:
            left[fate] -= 1
            yield Planted(f"Describe thing {number}.", a, b, fate)
