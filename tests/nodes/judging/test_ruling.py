"""The verdict parser, by table: what a judge writes and who has won by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.judging.ruling import parse_ruling

CHOICES = [
    # The forms that Table 9 asks for, and what models make of them.
    ("<assistant 1>\nIt is more detailed.", "first"),
    ("<assistant 2>", "second"),
    ("<equal>\nBoth are fine.", "tie"),
    ("Assistant 2", "second"),
    ("assistant 1", "first"),
    ("ASSISTANT 2\nbecause", "second"),
    ("**Assistant 1**", "first"),
    ("**Assistant 1:** clearer", "first"),
    ("`<assistant 2>`", "second"),
    ("### Assistant 2", "second"),
    ('"Assistant 1"', "first"),
    ("\u201cAssistant 1\u201d", "first"),
    ("<Assistant_2>", "second"),
    ("< assistant 2 >", "second"),
    ("equal", "tie"),
    ("Equal.", "tie"),
    ("**Equal**", "tie"),
    ("tie", "tie"),
    ("Tie: neither adds anything.", "tie"),
    ("Output: <assistant 1>", "first"),
    ("output:\n<assistant 2>\nIt is longer.", "second"),
    ("**Output:** Assistant 2", "second"),
    ("\n\n  \n<assistant 1>\n", "first"),
    # An explanation on the same line.
    ("<assistant 1> The first answer names its sources.", "first"),
    ("Assistant 2 - it covers every step", "second"),
    ("Assistant 2, because it covers every step", "second"),
    ("Assistant 1 is better because it is shorter", "first"),
    ("Assistant 2's response is better.", "second"),
    ("<assistant 2>: Assistant 2 gives more detail than Assistant 1.", "second"),
    ("Assistant 1. It is better than Assistant 2 in every way.", "first"),
    ("Equal. Assistant 1 is better at depth, while Assistant 2 is better at form.", "tie"),
    ("The winner is Assistant 2", "second"),
    ("I think Assistant 1 gives the fuller answer", "first"),
    # Lines that name both are decided by what they say.
    ("Assistant 2 is better than Assistant 1", "second"),
    ("Assistant 1 is better than Assistant 2", "first"),
    ("<assistant 2> is better than <assistant 1>", "second"),
    ("Assistant 1 is worse than Assistant 2", "second"),
    ("Assistant 2 is slightly worse than Assistant 1.", "first"),
    ("Assistant 1 is good but Assistant 2 is better", "second"),
    ("Assistant 1's response is weaker, Assistant 2's response is stronger", "second"),
    ("Compared with Assistant 1, Assistant 2 is superior", "second"),
    ("Better than Assistant 1 is Assistant 2", "second"),
    ("Assistant 1 outperforms Assistant 2", "first"),
    ("Between Assistant 1 and Assistant 2, the better response is Assistant 2", "second"),
    ("Both Assistant 1 and Assistant 2 are equally good", "tie"),
    ("Assistant 1 and Assistant 2 are tied", "tie"),
    ("Assistant 1 is equal to Assistant 2", "tie"),
    # What does not say who is better stays unparsable; it is never a win.
    ("<assistant 1> or <assistant 2> or <equal>", "unparsable"),
    ("Assistant 1 or Assistant 2", "unparsable"),
    ("Assistant 1 and Assistant 2 both answer", "unparsable"),
    ("Assistant 1 is not better than Assistant 2", "unparsable"),
    ("Assistant 1 isn't better than Assistant 2", "unparsable"),
    ("Neither Assistant 1 nor Assistant 2 is better", "unparsable"),
    ("Assistant 1 is worse", "second"),
    ("Assistant 1 fails to answer the question", "unparsable"),
    ("Assistant 1: worse than Assistant 2", "unparsable"),
    ("Not equal", "unparsable"),
    ("Assistant 12", "unparsable"),
    ("Assistant 3", "unparsable"),
    ("The responses differ.\n<assistant 1>", "unparsable"),
    ("", "unparsable"),
    (" \n \n", "unparsable"),
    ("Output:", "unparsable"),
    ("I can't help with that.", "unparsable"),
]

SCORES = [
    ("8 9\nThe second is fuller.", "second", (8, 9)),
    ("9 7", "first", (9, 7)),
    ("7.5 7.5", "tie", (7.5, 7.5)),
    ("8, 9", "second", (8, 9)),
    ("8/10 6/10", "first", (8, 6)),
    ("Assistant 1: 8, Assistant 2: 6", "first", (8, 6)),
    ("Output: 3 4", "second", (3, 4)),
    ("\n\n5 6", "second", (5, 6)),
    ("10 10", "tie", (10, 10)),
    ("8", "unparsable", (1, 1)),
    ("8 9 7", "unparsable", (1, 1)),
    ("80 90", "unparsable", (1, 1)),
    ("-1 5", "unparsable", (1, 1)),
    ("Assistant 1", "unparsable", (1, 1)),
    ("", "unparsable", (1, 1)),
]


@pytest.mark.parametrize(("text", "choice"), CHOICES)
def test_choice(text: str, choice: str) -> None:
    assert parse_ruling(text).choice == choice


@pytest.mark.parametrize(("text", "choice", "scores"), SCORES)
def test_score(text: str, choice: str, scores: tuple[float, float]) -> None:
    ruling = parse_ruling(text, "score")
    assert (ruling.choice, ruling.scores) == (choice, scores)


def test_points_of_equation_4() -> None:
    assert parse_ruling("<assistant 1>").scores == (1, 0)
    assert parse_ruling("<assistant 2>").scores == (0, 1)
    assert parse_ruling("<equal>").scores == (1, 1)
    assert parse_ruling("no idea").scores == (1, 1)


MIRROR = str.maketrans("12", "21")
FLIPPED = {"first": "second", "second": "first", "tie": "tie", "unparsable": "unparsable"}


@pytest.mark.parametrize(("text", "choice"), CHOICES)
def test_exchanging_the_names_exchanges_the_winner(text: str, choice: str) -> None:
    if "12" not in text:
        assert parse_ruling(text.translate(MIRROR)).choice == FLIPPED[choice]


@given(st.text(), st.sampled_from(["choice", "score"]))
def test_any_text_has_a_ruling(text: str, mode: str) -> None:
    ruling = parse_ruling(text, "score" if mode == "score" else "choice")
    assert ruling.choice in FLIPPED
