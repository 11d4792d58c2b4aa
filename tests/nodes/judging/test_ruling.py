"""The verdict parser: what a judge writes and who has won by it, by table and by property."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.judging.ruling import parse_ruling
from tests.nodes.judging.answers import ANSWERS, DESCRIPTIONS, NONE, UNDECIDED, Reading

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


def reading_of(text: str) -> Reading:
    ruling = parse_ruling(text)
    return ruling.unparsable or ruling.verdict


@pytest.mark.parametrize(("text", "reading"), ANSWERS)
def test_choice(text: str, reading: Reading) -> None:
    assert reading_of(text) == reading


@pytest.mark.parametrize(("text", "choice", "scores"), SCORES)
def test_score(text: str, choice: str, scores: tuple[float, float]) -> None:
    ruling = parse_ruling(text, "score")
    assert (ruling.verdict, ruling.scores) == (choice, scores)
    assert ruling.unparsable == (NONE if choice == "unparsable" else None)


FILLED_IN = (
    "[Assistant 1]\nAssistant 1's response is better because it provides a clear and concise "
    "explanation of the mathematical logarithm of 1e9, which is approximately 9.\n\n[Assistant 2]\n"
    "Assistant 2's response is also better because it provides a clear and concise explanation of "
    "the mathematical logarithm of 1e9, which is approximately 9.\n\n[Equal]\nBoth Assistant 1 and "
    "Assistant 2 provide a clear and concise explanation of the mathematical logarithm of 1e9."
)
"""As Qwen2.5-Coder-1.5B-Instruct answered in a comparison: all names that it could choose from."""
BOTH_BETTER = "1. The first response is better.\n2. The second response is better"
"""As SmolLM2-135M-Instruct answered until its limit of 16 tokens."""


def test_an_answer_that_goes_through_the_possible_verdicts_has_none() -> None:
    assert reading_of(FILLED_IN) == NONE
    assert reading_of("[Assistant 1]\nIt is clearer.") == "first"
    assert parse_ruling(BOTH_BETTER, is_cut_off=True).unparsable == "contradicts itself"
    assert reading_of(f"{BOTH_BETTER}.\n3. Both are equal.") == "contradicts itself"
    # The other name in other words, or further down as a heading, is no such answer.
    assert parse_ruling(BOTH_BETTER[:-11], is_cut_off=True).verdict == "first"


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("The first AI assistant is better.", "first"),
        ("The second AI assistant's response is better.", "second"),
        ("The second one is better.", "second"),
        ("The first response is better than the second one.", "first"),
        ("The first assistant is better than the second.", "first"),
        ("The first AI assistant is more helpful than the second.", NONE),
        ("The first point is better than the second point.", NONE),
        ("The first is a list, the second one a table.", NONE),
    ],
)
def test_places_are_names(text: str, reading: Reading) -> None:
    assert reading_of(text) == reading


def test_points_of_equation_4() -> None:
    assert parse_ruling("<assistant 1>").scores == (1, 0)
    assert parse_ruling("<assistant 2>").scores == (0, 1)
    assert parse_ruling("<equal>").scores == (1, 1)
    assert parse_ruling("no idea").scores == (1, 1)
    assert parse_ruling("<assistant 1>\n<assistant 2>").scores == (1, 1)


def test_the_last_line_of_an_answer_that_is_cut_off_is_none() -> None:
    text = "<assistant 1>\nIt names its sources.\nAll in all, Assistant 2 is better"  # at rhyme
    assert parse_ruling(text).unparsable == "contradicts itself"
    assert parse_ruling(text, is_cut_off=True).verdict == "first"
    assert parse_ruling("Assistant 2 is better because", is_cut_off=True).verdict == "second"


NAMED_OTHERWISE = re.compile(r"\b(?:[AB]|one|two|first|second|12)\b")
MIRROR = str.maketrans("12", "21")
FLIPPED = {"first": "second", "second": "first"}


@pytest.mark.parametrize(
    ("text", "reading"), [each for each in ANSWERS if not NAMED_OTHERWISE.search(each[0])]
)
def test_exchanging_the_names_exchanges_the_winner(text: str, reading: Reading) -> None:
    assert reading_of(text.translate(MIRROR)) == FLIPPED.get(reading, reading)


@given(st.text(), st.sampled_from(["choice", "score"]))
def test_any_text_has_a_ruling(text: str, mode: str) -> None:
    ruling = parse_ruling(text, "score" if mode == "score" else "choice")
    assert (ruling.verdict == "unparsable") == (ruling.unparsable is not None)


NAMES = st.sampled_from(
    ["Assistant 1", "<assistant 2>", "Response 1", "the second assistant", "Assistant B's response"]
)
SAID = st.sampled_from(
    [
        *("is", "has", "not", "says", "it", ",", "and", "while", "because", "however", "2"),
        *("too short", "accurate and helpful", "a good answer", "more detailed than", "in form"),
        *("better at rhyme", "worse grammar", "a better opening", "the best examples"),
        *("equal parts", "not as long as"),
    ]
)


@st.composite
def descriptions(draw: st.DrawFn) -> str:
    """A sentence that names assistants and compares them in nothing but a part."""
    words = draw(st.lists(SAID | NAMES, min_size=1, max_size=9))
    return " ".join([draw(NAMES), draw(st.sampled_from(["is", "gives", "has"])), *words]) + "."


LINES = (
    descriptions()
    | st.sampled_from([text for text, reading in DESCRIPTIONS + UNDECIDED if reading == NONE])
    | st.text(st.characters(exclude_characters="12AB"))
)


@given(st.lists(LINES).map("\n".join))
def test_a_text_without_a_statement_never_counts_as_a_win(text: str) -> None:
    assert parse_ruling(text).scores == (1, 1)


STATEMENTS = st.sampled_from(
    [each for each in ANSWERS if "\n" not in each[0] and each[1] in FLIPPED]
)


@given(STATEMENTS, st.lists(descriptions(), min_size=1))
def test_a_description_changes_no_verdict(
    statement: tuple[str, Reading], described: list[str]
) -> None:
    text, reading = statement
    assert reading_of("\n".join([text, *described])) == reading
    assert reading_of("\n".join([*described, text])) == reading
