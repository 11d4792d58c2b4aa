"""Scores: s(r) and s(r') over both orders, and whether r' advances (Eq. 4)."""

from collections.abc import Iterable, Mapping
from math import fsum
from typing import NamedTuple

from nodes.context import Context
from nodes.orders import ORDERS
from nodes.state import Judgement


class Scores(NamedTuple):
    """Points over both orders and all judges; for probabilities, the mean over the orders."""

    original: float
    """s(r)."""
    edited: float
    """s(r')."""

    @classmethod
    def of_one(cls, judgement: Judgement) -> "Scores":
        """The points of a judgement that counts alone: a person's."""
        return cls(judgement["original_score"], judgement["edited_score"])

    @property
    def difference(self) -> float:
        """How many points r' is ahead; negative if it is behind."""
        return self.edited - self.original

    @property
    def exchanged(self) -> "Scores":
        """The scores with the two responses exchanged."""
        return Scores(self.edited, self.original)


def scores_of(judgements: Iterable[Judgement], context: Context) -> Scores:
    """Sum the points of all judgements; for probabilities, return the mean over both orders."""
    said = list(judgements)
    # Points of Eq. 4 are whole numbers; of others, a tie must not become a win by rounding.
    add = sum if context.judge_mode in ("choice", "reasoned") else fsum
    original = add(each["original_score"] for each in said)
    edited = add(each["edited_score"] for each in said)
    if context.judge_mode == "probability":
        return Scores(original / len(ORDERS), edited / len(ORDERS))
    return Scores(original, edited)


def advances(scores: Scores, context: Context) -> bool:
    """Whether r' replaces r: s(r') > s(r) by more than the margin."""
    return scores.difference > context.margin


def is_decided(judgements: Mapping[str, Judgement], context: Context) -> bool:
    """Whether the judgements so far decide the round, whatever the others say."""
    ahead = scores_of(judgements.values(), context).difference
    return _is_settled(ahead, len(judgements), context)


def judgements_needed(context: Context, *, won: bool) -> int:
    """How many judgements of a round are asked for, if all agree that the edit has won, or lost."""
    every = len(ORDERS) * len(context.judges)
    if not context.economy:
        return every
    each = _most_of_one(context) if won else -_most_of_one(context)
    asked = range(1, every)
    return next((said for said in asked if _is_settled(said * each, said, context)), every)


def _is_settled(ahead: float, said: int, context: Context) -> bool:
    """Whether the edit stays ahead or behind, whatever the remaining judgements say.

    Each of them can give one point to either response (Eq. 4); a grade may give more.
    """
    if context.judge_mode == "score":
        return False
    most = (len(ORDERS) * len(context.judges) - said) * _most_of_one(context)
    return ahead + most <= context.margin or ahead - most > context.margin


def _most_of_one(context: Context) -> float:
    """The most points by which one judgement can put a response ahead, unless it is a grade."""
    return 1 / len(ORDERS) if context.judge_mode == "probability" else 1
