"""Signs: a text without them has nothing that the pattern could find."""

import pytest

from nodes.guards import echo, leaks, remark_wording, signs
from nodes.guards.signs import Signs
from tests.support.patterns import FLAGS, always_has


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (remark_wording.HEAD, signs.HEAD),
        (remark_wording.CLOSER, signs.CLOSER),
        (remark_wording.NOTE, signs.NOTE),
        (remark_wording.ADVICE, signs.ADVICE),
        (leaks.SCAFFOLDING, signs.SCAFFOLDING),
        (leaks.SCAFFOLDING, leaks.OF_SCAFFOLDING),
        (leaks.ABOUT_RESPONSE, signs.ABOUT_RESPONSE),
        (leaks.ANOTHER_VERSION, signs.ANOTHER_VERSION),
        (leaks.PEOPLE.pattern, signs.PEOPLE),
        (leaks.SPEAKERS.pattern, signs.SPEAKERS),
        (echo.PROMPT.pattern, echo.OF_PROMPT),
    ],
    ids=[
        "head",
        "closer",
        "note",
        "advice",
        "scaffolding",
        "its subjects",
        "talk",
        "versions",
        "people",
        "speakers",
        "prompt",
    ],
)
def test_whatever_a_pattern_finds_has_a_sign(pattern: str, words: Signs) -> None:
    assert always_has(pattern, FLAGS, words.words)


def test_a_sign_that_is_missing_would_be_noticed() -> None:
    fewer = [word for word in signs.PEOPLE.words if word != "reviewer 2"]
    assert not always_has(leaks.PEOPLE.pattern, FLAGS, fewer)
    assert not always_has(r"the\ (?:answer|reply)?", FLAGS, ["answer", "reply"])
    assert always_has(r"the\ (?:answer|reply)+", FLAGS, ["answer", "reply"])


def test_signs_are_seen_in_any_case_and_script() -> None:
    some = Signs("note", "注")
    assert some.are_in("A NOTE")
    assert some.are_in("备注")
    assert not some.are_in("Nothing, nichts, rien, ñada")
