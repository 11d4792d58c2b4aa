"""Probabilities: how likely a judge was to name the one and the other, where its answer decides.

A judge that is asked for a name alone says `<assistant 2>` in several tokens, of which one decides:
until `1` or `2` both names are still open. What stood in that token's place, and how likely, is
told by its endpoint. Not in the paper, which reads the words alone.
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
    """A token of an answer, in bytes, since a letter may take several."""

    said: bytes
    likely: Mapping[bytes, float]
    """Probabilities, 0 to 1, of the likeliest tokens in its place; itself among them."""


class Chances(NamedTuple):
    """What the probabilities say of the two responses, by the places in which they were shown."""

    first: float
    """That Assistant 1 is named, 0 to 1; the two add up to 1, a tie's part divided between them."""
    second: float
    is_bound: bool
    """Whether one name was not among the likeliest tokens: the other is at least as likely as
    this."""

    @property
    def winner(self) -> Winner:
        """Who is the likelier."""
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
"""How judges who are asked in the built-in pack's words name a response; a letter counts only where
the answer has one, since `assistant a` may be the beginning of anything."""
_NUMBER = re.compile(r"(?<=[a-z])[\s_#-]*(?=\d)")
"""Before a number: `assistant_1` is `assistant 1`."""
_UNREAD = (0.5, 0.5)


def weighed(ruling: Ruling, answer: Sequence[Spot], verdicts: Verdicts | None) -> Ruling:
    """A ruling by what its answer's tokens tell: the likelier name wins, and has the more points.

    What states no verdict stays `unparsable`, and so becomes what has no token that decides.
    """
    if ruling.choice == "unparsable":
        return ruling._replace(scores=_UNREAD)
    chances = chances_of(answer, ruling.choice, verdicts)
    if chances is None:
        return Ruling("unparsable", _UNREAD, "no probability")
    return Ruling(chances.winner, (chances.first, chances.second), None, chances.is_bound)


def chances_of(
    answer: Sequence[Spot], stated: Winner, verdicts: Verdicts | None = None
) -> Chances | None:
    """Read how likely each name was where an answer that states a verdict decides. Pure.

    `verdicts` are the pack's words, None the built-in prompts'. None if the answer names another
    response before the one that it states, or none in these words: then no token decides.
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
    """The token with which the first name begins, if it is that of the winner."""
    for start in range(len(answer)):
        said = b"".join(each.said for each in answer[start:])
        rest = _spaced(normal(said.decode("utf-8", "ignore")))
        named = {winner for phrase, winner in phrases if _begins(rest, phrase)}
        if named:
            return start if named == {stated} else None
    return None


def _begins(text: str, phrase: str) -> bool:
    """Tell whether a text begins with a phrase; with one that is a bare `1` only if it is all."""
    if len(phrase) == 1 and phrase.isascii():
        return text == phrase
    return text.startswith(phrase) and not is_within_a_word(text, len(phrase))


def _weigh(answer: Sequence[Spot], phrases: _Phrases) -> Chances | None:
    """Follow the answer to the token after which one winner is left, and weigh what stood there.

    What a token in an earlier place would have decided counts as well, such as `equal` in the place
    of `assistant`; a token that leaves more than one winner open does not.
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
    """Make one of the weights; a name that was not seen has at most the weight `unseen`."""
    one, two, tie = (weights.get(each, 0.0) for each in ("first", "second", "tie"))
    is_bound = not one or not two
    one, two = one or unseen, two or unseen
    if is_bound and tie > max(one, two):  # neither name: what decided is that there is none
        one = two = 0.0
    total = one + two + tie
    return Chances((one + tie / 2) / total, (two + tie / 2) / total, is_bound) if total else None


def _open_to(said: bytes, phrases: _Phrases) -> set[Winner]:
    """The winners that an answer which has come so far may still name, or has named."""
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
