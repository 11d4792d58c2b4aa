"""The judge alone: which response stands where, what its answer counts, when it is not asked."""

from typing import Any

import pytest

from nodes.judge import judge_edited_first, judge_original_first
from nodes.node import Agent
from nodes.state import Judgement
from tests.nodes.alone import (
    INSTRUCTION,
    RESPONSE,
    Heard,
    alone,
    answer,
    edit,
    judgement,
    state,
    words,
)
from tests.support import paper_prompts as paper
from tests.support.scripted import Line

EDITED = edit()["response"]
both = pytest.mark.parametrize(
    "agent", [judge_original_first, judge_edited_first], ids=lambda agent: agent.name
)


async def judged(agent: Agent, *lines: Line, **settings: Any) -> Judgement:
    """The judgement of a round that has none yet."""
    heard = await alone(agent, state(), *lines, **settings)
    assert set(heard.update["judgements"]) == {agent.name}
    return heard.update["judgements"][agent.name]


def task(first: str, second: str, question: str) -> str:
    return words(
        f"{paper.WITHOUT_INPUT} {paper.request(INSTRUCTION, '')} "
        f"[The Start of Assistant 1's Response] {first} [The End of Assistant 1's Response] "
        f"[The Start of Assistant 2's Response] {second} [The End of Assistant 2's Response] "
        f"[System] {question}"
    )


@pytest.mark.parametrize(
    ("agent", "first", "second"),
    [(judge_original_first, RESPONSE, EDITED), (judge_edited_first, EDITED, RESPONSE)],
    ids=["original first", "edited first"],
)
@pytest.mark.parametrize("mode", ["choice", "score"])
async def test_the_place_of_each_response(agent: Agent, first: str, second: str, mode: Any) -> None:
    heard = await alone(agent, state(), "<equal>", judge_mode=mode)
    assert heard.sent[0][1:] == [("human", task(first, second, paper.JUDGE[mode]))]


@pytest.mark.parametrize(
    ("text", "original_first", "edited_first"),
    [
        ("<assistant 1>\nIt is longer.", ("original", 1, 0), ("edited", 0, 1)),
        ("<assistant 2>\nIt is longer.", ("edited", 0, 1), ("original", 1, 0)),
        ("<equal>", ("tie", 1, 1), ("tie", 1, 1)),
        ("I can't say.", ("unparsable", 1, 1), ("unparsable", 1, 1)),
        ("", ("unparsable", 1, 1), ("unparsable", 1, 1)),
    ],
)
async def test_a_choice(text: str, original_first: Any, edited_first: Any) -> None:
    for agent, (verdict, original, edited) in (
        (judge_original_first, original_first),
        (judge_edited_first, edited_first),
    ):
        assert await judged(agent, text) == {
            **answer(text),
            "verdict": verdict,
            "original_score": original,
            "edited_score": edited,
            **({"unparsable": "no verdict"} if verdict == "unparsable" else {}),
        }


@pytest.mark.parametrize(
    ("text", "original_first", "edited_first"),
    [
        ("6 8\nThe second is fuller.", ("edited", 6, 8), ("original", 8, 6)),
        ("7.5 7.5", ("tie", 7.5, 7.5), ("tie", 7.5, 7.5)),
        ("Both are good.", ("unparsable", 1, 1), ("unparsable", 1, 1)),
    ],
)
async def test_grades(text: str, original_first: Any, edited_first: Any) -> None:
    for agent, right in (
        (judge_original_first, original_first),
        (judge_edited_first, edited_first),
    ):
        found = await judged(agent, text, judge_mode="score")
        assert (found["verdict"], found["original_score"], found["edited_score"]) == right


@both
@pytest.mark.parametrize("spoilt", [edit(""), edit(" \n"), edit("Red, am", "length")], ids=str)
async def test_an_edit_that_can_not_advance_is_not_judged(agent: Agent, spoilt: Any) -> None:
    heard = await alone(agent, state(edit=spoilt))
    assert (heard.update, heard.sent) == ({}, [])


async def test_a_person_takes_its_seat() -> None:
    first, second = [
        await alone(agent, state(), human_verdict=True)
        for agent in (judge_original_first, judge_edited_first)
    ]
    assert (first.update, first.sent) == ({"seat": "person"}, [])
    assert (second.update, second.sent) == ({}, [])


@both
async def test_nobody_takes_its_seat_for_an_edit_that_can_not_advance(agent: Agent) -> None:
    heard = await alone(agent, state(edit=edit("")), human_verdict=True)
    assert (heard.update, heard.sent) == ({}, [])


@both
async def test_economy_asks_for_the_first_line(agent: Agent) -> None:
    heard = await alone(agent, state(), "<equal>", economy=True)
    assert heard.stops == [["\n"]]
    assert heard.update["judgements"][agent.name]["verdict"] == "tie"


@both
async def test_economy_asks_again_for_all_of_it_where_no_verdict_stands(agent: Agent) -> None:
    heard = await alone(agent, state(), "", "\n\n<equal>\nBoth are short.", economy=True)
    assert heard.stops == [["\n"], None]
    assert heard.sent[0] == heard.sent[1]
    found = heard.update["judgements"][agent.name]
    assert (found["text"], found["verdict"]) == ("\n\n<equal>\nBoth are short.", "tie")


async def second_order(first: Any, *lines: Line, **settings: Any) -> Heard:
    """The second order, where the first has been judged."""
    given = state(judgements={"judge_original_first": judgement(first)})
    return await alone(judge_edited_first, given, *lines, **settings)


async def test_economy_spares_the_second_order_that_can_change_nothing() -> None:
    heard = await second_order("original", economy=True)
    assert (heard.update, heard.sent) == ({}, [])


@pytest.mark.parametrize("first", ["edited", "tie", "unparsable"])
async def test_economy_spares_no_order_that_can(first: str) -> None:
    assert len((await second_order(first, "<equal>", economy=True)).sent) == 1


async def test_grades_of_the_second_order_can_always_change_something() -> None:
    heard = await second_order("original", "9 1", economy=True, judge_mode="score")
    assert len(heard.sent) == 1


async def test_without_economy_both_orders_are_asked() -> None:
    assert len((await second_order("original", "<equal>")).sent) == 1
