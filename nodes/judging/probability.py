"""Probabilities: how likely a judge was to name each response at the token that decides.

A judge that is asked for a name alone says `<assistant 2>` in several tokens, of which one decides:
until `1` or `2`, both names are still possible. The endpoint reports the likeliest alternatives to
each token and their probabilities (logprobs). This is not in the paper, which reads words alone.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from nodes.judging.phrases import is_within_a_word
from nodes.judging.ruling import Ruling
from prompts.verdicts import OPEN, Verdicts, Winner, normal

_Phrases = Sequence[tuple[str, Winner]]


class Spot(NamedTuple):
    """One token of an answer, as bytes, because one character may take several tokens."""

    said: bytes
    likely: Mapping[bytes, float]
    """Probabilities, 0 to 1, of the likeliest tokens in its place, as a rule itself among them."""


class Chances(NamedTuple):
    """How likely each response was to win, by the places in which they were shown."""

    first: float
    """Probability of naming Assistant 1, 0 to 1; the tie's share is divided equally, so that the
    two add up to 1."""
    second: float
    is_bound: bool
    """Whether one name was not among the reported tokens, so that its probability is an upper
    bound and the other's a lower bound."""

    @property
    def winner(self) -> Winner:
        """The likelier of the two, or `tie`."""
        difference = self.first - self.second
        return "first" if difference > 0 else "second" if difference < 0 else "tie"


_NOUNS = ("assistant ", "response ", "answer ", "model ")
_BY_NUMBER = Verdicts(
    first=("1", *(f"{noun}1" for noun in _NOUNS)),
    second=("2", *(f"{noun}2" for noun in _NOUNS)),
    tie=("equal", "tie"),
)
_BY_LETTER = Verdicts(
    first=tuple(f"{noun}a" for noun in _NOUNS), second=tuple(f"{noun}b" for noun in _NOUNS)
)
"""How a judge prompted by the built-in pack may name a response. Letters are tried only if the
answer uses one, because `assistant a` may be the beginning of anything."""
_NUMBER = re.compile(r"(?<=[a-z])[\s_#-]*(?=\d)")
"""What may separate a noun from its number: `assistant_1` is read as `assistant 1`."""
_UNREAD = (0.5, 0.5)


def weighed(ruling: Ruling, answer: Sequence[Spot], verdicts: Verdicts | None) -> Ruling:
    """The ruling with the likelier name as the winner and probabilities as points.

    An answer without a verdict stays `unparsable`; one without a token that decides becomes so.
    """
    if ruling.verdict == "unparsable":
        return ruling._replace(scores=_UNREAD)
    chances = chances_of(answer, ruling.verdict, verdicts)
    if chances is None:
        return Ruling("unparsable", _UNREAD, "no probability")
    return Ruling(chances.winner, (chances.first, chances.second), None, chances.is_bound)


def chances_of(
    answer: Sequence[Spot], stated: Winner, verdicts: Verdicts | None = None
) -> Chances | None:
    """How likely each name was at the token that decides, for an answer with a verdict. Pure.

    `verdicts` are the pack's words; None stands for the built-in prompts'. Returns None if no token
    decides: the answer names the other response before its verdict, or states it in other words.
    """
    for words in (_BY_NUMBER, _BY_LETTER) if verdicts is None else (verdicts,):
        phrases = _phrases_of(words)
        start = _start_of_name(answer, phrases, stated)
        if start is not None:
            return _weigh(answer[start:], phrases)
    return None


def _phrases_of(words: Verdicts) -> _Phrases:
    return [(_spaced(each.removesuffix(OPEN)), winner) for each, winner in words.phrases]


def _start_of_name(answer: Sequence[Spot], phrases: _Phrases, stated: Winner) -> int | None:
    """The index of the token that begins the first name, if that is the winner's; else None."""
    for start in range(len(answer)):
        said = b"".join(each.said for each in answer[start:])
        rest = _spaced(normal(said.decode("utf-8", "ignore")))
        named = {winner for phrase, winner in phrases if _begins(rest, phrase)}
        if named:
            return start if named == {stated} else None
    return None


def _begins(text: str, phrase: str) -> bool:
    """Whether a text begins with a phrase; a phrase that is a bare `1` must be all of the text."""
    if len(phrase) == 1 and phrase.isascii():
        return text == phrase
    return text.startswith(phrase) and not is_within_a_word(text, len(phrase))


def _weigh(answer: Sequence[Spot], phrases: _Phrases) -> Chances | None:
    """Follow the answer to the first token that leaves one possible winner, and weigh its rivals.

    An alternative token at an earlier place counts as well if it would have decided by itself, such
    as `equal` in place of `assistant`; one that leaves several winners possible does not.
    """
    weights: defaultdict[Winner, float] = defaultdict(float)
    before, way = b"", 1.0
    for spot in answer:
        after = _open_to(before + spot.said, phrases)
        for token, chance in spot.likely.items():
            if token != spot.said and len(found := _open_to(before + token, phrases)) == 1:
                weights[next(iter(found))] += way * chance
        if len(after) == 1:
            weights[next(iter(after))] += way * spot.likely[spot.said]
            least, rest = min(spot.likely.values()), 1 - sum(spot.likely.values())
            return _chances(weights, way * max(0.0, min(least, rest)))
        before, way = before + spot.said, way * spot.likely[spot.said]
    return None


def _chances(weights: Mapping[Winner, float], unseen: float) -> Chances | None:
    """Chances from weights; a name that was not reported gets at most the weight `unseen`."""
    one, two, tie = (weights.get(each, 0.0) for each in ("first", "second", "tie"))
    is_bound = not one or not two
    one, two = one or unseen, two or unseen
    if is_bound and tie > max(one, two):  # neither name was reported: the decision was for a tie
        one = two = 0.0
    total = one + two + tie
    return Chances((one + tie / 2) / total, (two + tie / 2) / total, is_bound) if total else None


def _open_to(said: bytes, phrases: _Phrases) -> set[Winner]:
    """The winners that an answer beginning with `said` may still name, or has named."""
    whole = said.decode("utf-8", "ignore")
    text, tail = _spaced(normal(whole)), said[len(whole.encode()) :]
    return {
        winner
        for phrase, winner in phrases
        if _begins(text, phrase)
        or (phrase.startswith(text) and phrase[len(text) :].lstrip().encode().startswith(tail))
    }


def _spaced(text: str) -> str:
    return _NUMBER.sub(" ", text)
