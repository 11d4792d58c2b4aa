"""A person in the judge's seat, at the verdict alone: what is shown, and what an answer counts."""

from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from nodes.context import Context
from nodes.human import HumanVerdictError, require_checkpointer
from nodes.verdict import verdict
from tests.nodes.alone import (
    INSTRUCTION,
    RESPONSE,
    alone,
    earlier_round,
    edit,
    graph_of,
    judgement,
    state,
)

THREAD: RunnableConfig = {"configurable": {"thread_id": "one"}}
JUDGED = {"judge_original_first": judgement("original"), "judge_edited_first": judgement("tie")}
"""What stands there of a judge in a run that was forked after it."""


class Waiting:
    """A verdict that waits for a person."""

    def __init__(self) -> None:
        self._graph = graph_of(verdict, checkpointer=InMemorySaver())

    async def hear(self, said: Any) -> Any:
        """Go on with an answer, or begin with a state."""
        return await self._graph.ainvoke(said, THREAD, context=Context(human_verdict=True))


async def test_the_person_sees_all_that_is_to_be_judged() -> None:
    [asked] = (await Waiting().hear(state(judgements=JUDGED)))["__interrupt__"]
    assert asked.response_schema["enum"] == ["edited", "original", "tie"]
    assert {**asked.value, "question": ""} == {
        "question": "",
        "problem": None,
        "k": 2,
        "instruction": INSTRUCTION,
        "input": "",
        "original": RESPONSE,
        "edited": edit()["response"],
        "judged": {"judge_original_first": "original", "judge_edited_first": "tie"},
    }


@pytest.mark.parametrize(
    ("said", "scores", "outcome", "response"),
    [
        ("edited", (0, 1), "improved", edit()["response"]),
        ("original", (1, 0), "not_improved", RESPONSE),
        ("tie", (1, 1), "not_improved", RESPONSE),
    ],
)
async def test_the_answer_counts_alone(said: str, scores: Any, outcome: str, response: str) -> None:
    waiting = Waiting()
    await waiting.hear(state(judgements=JUDGED))
    result = await waiting.hear(Command(resume=said))
    earlier, finished = result["rounds"]
    assert earlier == earlier_round()
    assert (finished["original_score"], finished["edited_score"]) == scores
    assert (finished["outcome"], result["response"]) == (outcome, response)
    person = finished["judgements"].pop("person")
    assert (finished["judgements"], person["verdict"]) == (JUDGED, said)
    assert (person["model"], person["input_tokens"], person["output_tokens"]) == (None, None, None)


async def test_what_is_no_choice_is_asked_again() -> None:
    waiting = Waiting()
    await waiting.hear(state())
    [again] = (await waiting.hear(Command(resume="the second")))["__interrupt__"]
    assert again.value["problem"] == "'the second' is none of edited, original, tie"
    assert (await waiting.hear(Command(resume="tie")))["outcome"] == "not_improved"


@pytest.mark.parametrize("spoilt", [edit(""), edit("Red, am", "length")], ids=str)
async def test_nobody_is_asked_about_an_edit_that_can_not_advance(spoilt: Any) -> None:
    update = (await alone(verdict, state(edit=spoilt), human_verdict=True)).update
    assert update["judgements"] == {}


def test_outside_of_a_graph_nobody_can_be_asked() -> None:
    with pytest.raises(HumanVerdictError, match="without a checkpointer"):
        require_checkpointer()
