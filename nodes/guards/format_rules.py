"""Format rules: checkable demands of an instruction ("in 50 words"), and edits that break them.

They cover a few kinds of IFEval's (Zhou et al., 2023). IFEval's own checkers need every demand
declared beside the instruction, which instruction-tuning data does not do; here they are parsed
from the instruction's words.
"""

import operator
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from nodes.guards import format_wording as w
from nodes.guards.signs import Signs

_COUNTS = (
    ("exactly", w.EXACTLY, operator.eq),
    ("at most", w.AT_MOST, operator.le),
    ("fewer than", w.FEWER, operator.lt),
    ("at least", w.AT_LEAST, operator.ge),
)
"""Limits on the number of words."""
_OF_COUNTS = Signs(" words", " word ")


class FormatRule(NamedTuple):
    """One checkable demand of an instruction."""

    says: str
    """What it asks for, in words for a message."""
    is_kept: Callable[[str], bool]


def find_broken_rule(response: str, original: str, instruction: str) -> str | None:
    """A demand of the instruction that the original meets and the response does not, or None."""
    for rule in rules_of(instruction):
        if rule.is_kept(original) and not rule.is_kept(response):
            return rule.says
    return None


def rules_of(instruction: str) -> Iterator[FormatRule]:
    """The demands that an instruction states unambiguously."""
    if _OF_COUNTS.are_in(instruction) and not w.EACH.search(instruction):
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
    """The quoted words of an enumeration; none if they are alternatives ("a" or "b")."""
    found: list[str] = []
    at = 0
    while match := w.QUOTATION.match(quoted, at):
        found.append(next(each for each in match.groups() if each).rstrip(",."))
        link = w.LINKS.match(quoted, match.end())
        at = link.end() if link else match.end()
    return [] if w.ALTERNATIVE.match(quoted, at) else found


def _having(word: str) -> Callable[[str], bool]:
    """A check for a wanted word. Inflected forms count, so it may be a part of another word."""
    return lambda text: word.lower() in text.lower()


def _without(word: str) -> Callable[[str], bool]:
    """A check for a forbidden word. Only the whole word counts."""
    whole_word = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    return lambda text: whole_word.search(text) is None
