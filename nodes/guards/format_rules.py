"""Format: rules in an instruction that can be checked exactly, and an edit that breaks them.

A few of the kinds of IFEval (Zhou et al., 2023), found in the instruction's own words: packages
that check those rules are told which ones to check, which no instruction-tuning set does.
"""

import operator
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from nodes.guards import format_wording as w
from nodes.guards.task import says_any

_COUNTS = (
    ("exactly", w.EXACTLY, operator.eq),
    ("at most", w.AT_MOST, operator.le),
    ("fewer than", w.FEWER, operator.lt),
    ("at least", w.AT_LEAST, operator.ge),
)
"""Limits on the number of words."""


class FormatRule(NamedTuple):
    """A rule of an instruction."""

    says: str
    """What it asks for."""
    is_kept: Callable[[str], bool]


def find_broken_rule(response: str, original: str, instruction: str) -> str | None:
    """What the instruction asks for, the original has, and the response has not; or None."""
    for rule in rules_of(instruction):
        if rule.is_kept(original) and not rule.is_kept(response):
            return rule.says
    return None


def rules_of(instruction: str) -> Iterator[FormatRule]:
    """The rules that an instruction has in words that leave no doubt."""
    if says_any(instruction, (" words", " word ")) and not w.EACH.search(instruction):
        yield from _counts_of_words(instruction)
    if match := w.BULLETS.search(instruction):
        count = _number(match)
        yield FormatRule(f"{count} bullet points", _with_bullets(count))
    if w.CAPITALS.search(instruction) and not w.OF_WORDS.search(instruction):
        yield FormatRule("capital letters only", _is_in_capitals)
    if w.SMALL_LETTERS.search(instruction) and not w.OF_WORDS.search(instruction):
        yield FormatRule("small letters only", _is_in_small_letters)
    if w.NO_COMMAS.search(instruction):
        yield FormatRule("no commas", _has_no_comma)
    yield from _words_by_name(instruction)


def _with_bullets(count: int) -> Callable[[str], bool]:
    return lambda text: len(w.BULLET.findall(text)) == count


def _is_in_capitals(text: str) -> bool:
    return text == text.upper()


def _is_in_small_letters(text: str) -> bool:
    return text == text.lower()


def _has_no_comma(text: str) -> bool:
    return "," not in text


def _counts_of_words(instruction: str) -> Iterator[FormatRule]:
    for says, pattern, is_so in _COUNTS:
        if match := pattern.search(instruction):
            yield FormatRule(f"{says} {_number(match)} words", _counted(is_so, _number(match)))


def _counted(is_so: Callable[[int, int], bool], limit: int) -> Callable[[str], bool]:
    return lambda text: is_so(len(text.split()), limit)


def _number(match: re.Match[str]) -> int:
    said = next(each for each in match.groupdict().values() if each)
    return int(said) if said.isdigit() else w.SMALL.index(said.lower()) + 1


def _words_by_name(instruction: str) -> Iterator[FormatRule]:
    for match in w.INCLUDES.finditer(instruction):
        if not w.NOT.search(instruction, 0, match.start()):
            for word in _quotations(match["quoted"]):
                yield FormatRule(f"the word {word!r}", _having(word))
    for match in w.LEAVES_OUT.finditer(instruction):
        for word in _quotations(match["quoted"]):
            yield FormatRule(f"not the word {word!r}", _without(word))


def _quotations(quoted: str) -> list[str]:
    """The words between quotes, so far as one follows another; none if there is a choice."""
    found: list[str] = []
    at = 0
    while match := w.QUOTATION.match(quoted, at):
        found.append(next(each for each in match.groups() if each).rstrip(",."))
        link = w.LINKS.match(quoted, match.end())
        at = link.end() if link else match.end()
    return [] if w.ALTERNATIVE.match(quoted, at) else found


def _having(word: str) -> Callable[[str], bool]:
    """Also as a part of another word: its forms count."""
    return lambda text: word.lower() in text.lower()


def _without(word: str) -> Callable[[str], bool]:
    """Only as such: what is not to be said may be a part of another word."""
    whole_word = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    return lambda text: whole_word.search(text) is None
