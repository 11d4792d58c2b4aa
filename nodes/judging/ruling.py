"""Rulings: what a judge's whole answer decides, by the order in which it saw the responses."""

import re
from typing import Literal, NamedTuple

from nodes.judging.lines import first_and_last
from nodes.judging.phrases import read_phrase
from nodes.judging.sentence import Stated
from nodes.judging.statement import read_line
from prompts.roles import JudgeMode
from prompts.verdicts import Verdicts, Winner

PlaceVerdict = Winner | Literal["unparsable"]
"""A verdict by the places in which the judge saw the responses."""
Unparsable = Literal["no verdict", "contradicts itself", "no probability"]
"""Why an answer can't be read: it states no verdict, it states several, or the endpoint reports
no probabilities for it."""

_PREFIX = re.compile(r"\s*(?:\*\*)?output:?(?:\*\*)?:?\s*", re.IGNORECASE)
_NAME = re.compile(r"assistant[\s_#-]*[12]", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\d.])-?\d+(?:\.\d+)?(?:\s*/\s*10\b)?")
_HIGHEST = 10.0


class Ruling(NamedTuple):
    """One judgement, by the order in which the judge saw the responses."""

    verdict: PlaceVerdict
    scores: tuple[float, float]
    """Points of Assistant 1 and Assistant 2."""
    unparsable: Unparsable | None = None
    """Why the winner is `unparsable`; None if it is not."""
    is_bound: bool = False
    """In mode `probability`: whether the loser's probability was not reported, so that its
    points are an upper bound."""


_POINTS: dict[Winner, tuple[float, float]] = {"first": (1, 0), "second": (0, 1), "tie": (1, 1)}
_UNREAD = (1, 1)


def parse_ruling(
    text: str,
    mode: JudgeMode = "choice",
    verdicts: Verdicts | None = None,
    *,
    is_cut_off: bool = False,
) -> Ruling:
    """Read a judge's answer. The one verdict parser; pure. Its tests have a table of cases.

    In mode `choice` (Table 9), the first or the last line states a verdict, in the words of
    `verdicts` or else of the built-in prompts; if both do, they must agree. If the answer is cut
    off, its last line is incomplete and is skipped, unless it is the only one. Mode `probability`
    reads the same way. In mode `reasoned`, the last line states the verdict, after reasons that
    state none. In mode `score`, the first line that is not blank holds two numbers from 0 to 10.
    Anything else is `unparsable`, which counts as a tie, never as a win.
    """
    if mode == "score":
        return _read_scores(text)
    lines = first_and_last(text, is_cut_off=is_cut_off)
    if mode == "reasoned":
        lines = [] if is_cut_off else lines[-1:]
    stated: set[Winner] = set()
    for line in lines:
        stated |= read_line(line) if verdicts is None else read_phrase(line, verdicts)
    return _ruling(frozenset(stated))


def _ruling(stated: Stated) -> Ruling:
    if len(stated) != 1:
        return Ruling("unparsable", _UNREAD, "contradicts itself" if stated else "no verdict")
    (choice,) = stated
    return Ruling(choice, _POINTS[choice])


def _read_scores(text: str) -> Ruling:
    lines = (_PREFIX.sub("", line, count=1).strip() for line in text.splitlines())
    line = next((line for line in lines if line), "")
    numbers = [float(each.split("/")[0]) for each in _NUMBER.findall(_NAME.sub("", line))]
    if len(numbers) != 2 or not all(0 <= number <= _HIGHEST for number in numbers):
        return Ruling("unparsable", _UNREAD, "no verdict")
    one, two = numbers
    return Ruling("first" if one > two else "second" if two > one else "tie", (one, two))
