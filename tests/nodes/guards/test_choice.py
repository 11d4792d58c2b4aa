"""Which guards a run has."""

from typing import Any

import pytest
from pydantic import ValidationError

from nodes.context import Context
from nodes.guards.flaws import DEFAULT, FLAWS


@pytest.mark.parametrize(
    ("given", "chosen"),
    [
        ("default", DEFAULT),
        ("none", ()),
        ("all", tuple(FLAWS)),
        ("language, echo", ("echo", "language")),
        ("default,language", (*DEFAULT, "language")),
        (["echo", "empty"], ("echo", "empty")),
    ],
)
def test_a_choice(given: Any, chosen: tuple[str, ...]) -> None:
    assert Context(guards=given).chosen_guards == chosen


def test_the_default() -> None:
    assert Context().chosen_guards == DEFAULT


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("langauge", "no guard 'langauge'; did you mean language?"),
        ("xyzzy", "no guard 'xyzzy'; there are default, all, none, scaffolding"),
        ("none,echo", "none can't be combined"),
        ("", "no guard ''"),
    ],
)
def test_a_wrong_name(given: str, told: str) -> None:
    with pytest.raises(ValidationError, match=told.replace("?", r"\?")):
        Context(guards=given)
