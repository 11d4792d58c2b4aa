"""Edits that are the response itself: which rounds those are, and when it is said of the editor."""

import pytest

from nodes.orders import verdicts_of
from nodes.state import Outcome, Round
from nodes.unchanged import Edits, LastEdits, is_unchanged
from tests.support.records import round_of

FLIP = ("original", "edited")
SAME = round_of("Red.", "Red.", "not_improved", FLIP)
OTHER = round_of("Red.", "Red!", "not_improved", FLIP)
UNJUDGED = round_of("Red.", "Red.", "adopted", None)


@pytest.mark.parametrize(
    ("before", "edit", "outcome", "is_so"),
    [
        ("Red.", "Red.", "not_improved", True),
        ("Red.", "Red.", "improved", True),
        ("Red.", "Red.", "edit_refused", True),  # by the guard `identical`
        ("Red.", "Red. ", "not_improved", False),
        ("Red.", "red.", "not_improved", False),
        ("", "", "edit_empty", False),
        ("Red.", "Red.", "edit_truncated", False),
    ],
)
def test_letter_by_letter(before: str, edit: str, outcome: Outcome, is_so: bool) -> None:
    assert is_unchanged(round_of(before, edit, outcome, None)) == is_so


def test_one_text_in_both_orders_is_no_flip() -> None:
    assert verdicts_of(SAME) is None
    assert verdicts_of(OTHER) == FLIP


@pytest.mark.parametrize(
    ("rounds", "said"),
    [
        ([SAME] * 49, None),
        ([SAME] * 45 + [OTHER] * 6, None),
        ([SAME] * 45 + [OTHER] * 5, "the editor gives the response back unchanged in 90% of "
         "rounds: try another --editor-model or --set editor.temperature=N; --economy asks no "
         "judge about them"),
        ([UNJUDGED] * 50, "the editor gives the response back unchanged in 100% of rounds: try "
         "another --editor-model or --set editor.temperature=N"),
        ([SAME] * 60 + [OTHER] * 200, None),
    ],
)  # fmt: skip
def test_what_is_said_of_an_editor(rounds: list[Round], said: str | None) -> None:
    last = LastEdits(rounds[:30])
    last.add(rounds[30:])
    assert last.counts.in_words == said


def test_a_share_of_nothing_is_null() -> None:
    told = {"rounds": 0, "unchanged": 0, "unchanged_share": None, "warning": None}
    assert Edits().as_dict() == told
