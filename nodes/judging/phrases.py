"""Phrases: verdicts in the words of a prompt pack, in any language."""

import re

from nodes.judging.lines import Line
from nodes.judging.sentence import Stated
from nodes.judging.statement import unwrapped, verdict_values
from prompts.verdicts import OPEN, Verdicts, Winner, normal

_SENTENCE_END = re.compile(r"\s*(?:[.!](?=\s)|[\u3002\u0964\u06d4])")


def read_phrase(line: Line, verdicts: Verdicts) -> Stated:
    """The verdict that a line states in a pack's words, by the longest phrase that fits. Pure."""
    texts = [line] if isinstance(line, str) else verdict_values(line)
    stated = (_read_text(normal(unwrapped(text)[0]), verdicts) for text in texts)
    return frozenset(winner for each in stated for winner in each)


def _read_text(text: str, verdicts: Verdicts) -> Stated:
    fitting = [each for each in verdicts.phrases if _fits(each[0], text)]
    longest = max((len(phrase) for phrase, _ in fitting), default=0)
    winners: list[Winner] = [winner for phrase, winner in fitting if len(phrase) == longest]
    return frozenset(winners)


def _fits(phrase: str, text: str) -> bool:
    """Whether a text is the phrase, or opens with it as a sentence of its own."""
    said = phrase.removesuffix(OPEN)
    if not text.startswith(said):
        return False
    rest = text[len(said) :]
    if not rest or _SENTENCE_END.match(rest):
        return True
    return phrase.endswith(OPEN) and not is_within_a_word(text, len(said))


def is_within_a_word(text: str, at: int) -> bool:
    """Whether `at`, a position above 0, is inside a word: a letter or digit on both sides.

    In scripts without spaces between words it can't be told, and is False.
    """
    around = text[at - 1 : at + 1]
    return len(around) == 2 and around.isascii() and around.isalnum()
