"""Scores of a row, as LangSmith and OpenTelemetry are told them."""

from runners.tracing.scores import trace_scores
from tests.support.records import round_of, sample

FLIP = ("original", "edited")
SAME = round_of("Red.", "Red.", "not_improved", FLIP)
OTHER = round_of("Red.", "Red!", "not_improved", FLIP)
WON = round_of("Red.", "Red, as a rose.", "improved", ("edited", "edited"))


def test_orders_of_one_text_neither_agree_nor_differ() -> None:
    rows = ([SAME], [SAME, OTHER], [SAME, OTHER, WON])
    agreement = [trace_scores(sample("a", "Red.", each)).order_agreement for each in rows]
    assert agreement == [None, 0, 0.5]


def test_habits_of_the_judge_are_told_of_each_row() -> None:
    tie = round_of("Red.", "Red?", "not_improved", ("tie", "edited"))
    told = trace_scores(sample("a", "Red.", [SAME, OTHER, WON, tie]))
    assert (told.flip_share, told.first_place_share, told.tie_share) == (1 / 3, 4 / 5, 1 / 6)
    nothing = trace_scores(sample("a", "Red.", [SAME]))
    assert (nothing.flip_share, nothing.first_place_share, nothing.tie_share) == (None,) * 3
