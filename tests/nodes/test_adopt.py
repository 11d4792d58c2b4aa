"""The end of a pass that nobody judges, alone: what takes the response's place."""

from typing import Any

import pytest

from nodes.adopt import adopt
from tests.nodes.alone import RESPONSE, alone, answer, edit, state


@pytest.mark.parametrize(
    ("made", "outcome", "response"),
    [
        (edit("Red."), "adopted", "Red."),
        (edit(""), "edit_empty", RESPONSE),
        (edit(" \n"), "edit_empty", RESPONSE),
        (edit("Red, am", "length"), "edit_truncated", RESPONSE),
        (edit("", "length"), "edit_unfinished", RESPONSE),
    ],
)
async def test_the_edit_is_adopted_unless_it_is_empty_or_cut_off(
    made: Any, outcome: str, response: str
) -> None:
    update = (await alone(adopt, state(k=1, edit=made, rounds=[]))).update
    assert update["outcome"] == update["stop_reason"] == outcome
    assert update["response"] == response


async def test_the_pass_is_recorded_without_a_judge() -> None:
    given = state(k=1, rounds=[])
    assert (await alone(adopt, given)).update["rounds"] == [
        {
            "k": 1,
            "response": RESPONSE,
            "speeches": given["speeches"],
            "suggestions": answer("Use a list."),
            "edit": edit(),
            "judgements": {},
            "original_score": 0,
            "edited_score": 0,
            "outcome": "adopted",
            "flags": [],
        }
    ]


async def test_where_nobody_made_suggestions_there_are_none() -> None:
    given = state(k=1, rounds=[], speeches={}, suggestions=None)
    [played] = (await alone(adopt, given)).update["rounds"]
    assert (played["speeches"], played["suggestions"]) == ({}, None)
