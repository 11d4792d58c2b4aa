"""Rulings: what a judge's whole answer decides, in the order in which it saw the responses."""

import re
from typing import NamedTuple

from nodes.judging.sentence import Choice, read_sentence
from prompts.roles import JudgeMode

_PREFIX = re.compile(r"\s*(?:\*\*)?output:?(?:\*\*)?:?\s*", re.IGNORECASE)
_NAME = re.compile(r"assistant[\s_#-]*[12]", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\d.])-?\d+(?:\.\d+)?(?:\s*/\s*10\b)?")
_HIGHEST = 10.0


class Ruling(NamedTuple):
    """One judgement, in the order in which the judge saw the responses."""

    choice: Choice
    scores: tuple[float, float]
    """Points of Assistant 1 and Assistant 2."""


_POINTS: dict[Choice, tuple[float, float]] = {
    "first": (1, 0),
    "second": (0, 1),
    "tie": (1, 1),
    "unparsable": (1, 1),
}


def parse_ruling(text: str, mode: JudgeMode = "choice") -> Ruling:
    """Read a judge's answer: the one verdict parser. Pure.

    The first line that is not blank decides, without a leading `Output:`. In mode `choice` it names
    an assistant or a tie (Table 9); in mode `score` it holds two numbers from 0 to 10. Whatever
    can't be read is `unparsable` and counts as a tie, never as a win.
    """
    lines = (_PREFIX.sub("", line, count=1).strip() for line in text.splitlines())
    line = next((line for line in lines if line), "")
    if mode == "score":
        return _read_scores(line)
    choice = read_sentence(line)
    return Ruling(choice, _POINTS[choice])


def _read_scores(line: str) -> Ruling:
    numbers = [float(each.split("/")[0]) for each in _NUMBER.findall(_NAME.sub("", line))]
    if len(numbers) != 2 or not all(0 <= number <= _HIGHEST for number in numbers):
        return Ruling("unparsable", _POINTS["unparsable"])
    one, two = numbers
    return Ruling("first" if one > two else "second" if two > one else "tie", (one, two))
