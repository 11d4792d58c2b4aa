"""Sentences: a text that is passed over, as it speaks of no tie, has none of what is a tie."""

import re

from nodes.judging import sentence
from nodes.judging.names import FIRST, SECOND
from tests.support.patterns import always_has


def test_whatever_is_a_tie_has_a_name_or_one_of_the_words_looked_for() -> None:
    words = (FIRST, SECOND, *sentence.OF_TIES)
    assert all(always_has(each.pattern, re.IGNORECASE, words) for each in sentence.TIES)


def test_a_tie_is_read_whatever_blanks_are_between_its_words() -> None:
    assert sentence.read_sentences("They are both good; it is\na \t draw.") == {"tie"}
    assert sentence.read_sentences("They draw on the same sources.") == frozenset()
