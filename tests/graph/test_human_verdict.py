"""A person in the judge's seat: asked once a round, heard alone, never by the way of a judge."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from graph import coevol, conversation
from nodes.human import HumanVerdictError, read_person
from nodes.state import Sample
from runners.folder.records import finished
from tests.graph.samples import ANIMALS, COLOURS
from tests.support.server import Server, serve

pytestmark = pytest.mark.asyncio(loop_scope="module")

THREAD: RunnableConfig = {"configurable": {"thread_id": "one"}}
PERSON: Any = {"human_verdict": True}
"""The settings of a run that waits for a person, with the rehearsal model."""
CLOCK: Any = {
    "messages": [
        {"role": "user", "content": "What is a tide clock?"},
        {"role": "assistant", "content": "it is a clock  for the tide"},
        {"role": "user", "content": "Does it work in every sea?"},
        {"role": "assistant", "content": "no"},
    ],
}


@pytest_asyncio.fixture(loop_scope="module", name="fresh")
async def fresh_server() -> AsyncGenerator[Server]:
    """A loopback model that nobody has asked yet."""
    with serve() as running:
        yield running
    await asyncio.sleep(0.05)


def remembering(*, judges_in_turn: bool = False) -> Any:
    graph = coevol.build(judges_in_turn=judges_in_turn)
    return graph.copy(update={"checkpointer": InMemorySaver()})


def question_of(result: Any) -> dict[str, Any]:
    """What the interrupted run asks: one question, never two."""
    [asked] = result["__interrupt__"]
    return asked.value


async def answer(served: Any, said: Any, settings: Any = PERSON) -> Any:
    return await served.ainvoke(Command(resume=said), THREAD, context=settings)


@pytest.mark.parametrize("judges_in_turn", [False, True])
async def test_the_person_sees_both_responses(judges_in_turn: bool) -> None:
    served = remembering(judges_in_turn=judges_in_turn)
    waiting = await served.ainvoke(COLOURS, THREAD, context=PERSON)
    asked = question_of(waiting)
    assert asked.pop("question").endswith("?")
    assert asked == {
        "problem": None,
        "k": 1,
        "instruction": COLOURS["instruction"],
        "input": COLOURS["input"],
        "original": COLOURS["response"],
        "edited": waiting["edit"]["response"],
        "judged": {},
    }
    assert (waiting["rounds"], waiting["stop_reason"]) == ([], None)
    assert waiting["__interrupt__"][0].response_schema["enum"] == ["edited", "original", "tie"]


async def test_edited_goes_on_with_another_round() -> None:
    served = remembering()
    first = question_of(await served.ainvoke(COLOURS, THREAD, context=PERSON))
    second = question_of(await answer(served, "edited"))
    assert (second["k"], second["original"]) == (2, first["edited"])
    result = await answer(served, "tie")
    assert [(each["outcome"], *each["judgements"]) for each in result["rounds"]] == [
        ("improved", "person"),
        ("not_improved", "person"),
    ]
    assert (result["response"], result["stop_reason"]) == (first["edited"], "not_improved")


@pytest.mark.parametrize(
    ("said", "scores", "outcome"),
    [
        ("edited", (0, 1), "improved"),
        ("original", (1, 0), "not_improved"),
        ("tie", (1, 1), "not_improved"),
    ],
)
async def test_what_a_choice_means(said: str, scores: tuple[int, int], outcome: str) -> None:
    served, settings = remembering(), {**PERSON, "max_rounds": 1}
    await served.ainvoke(COLOURS, THREAD, context=settings)
    result = await answer(served, said, settings)
    [played] = result["rounds"]
    assert (played["original_score"], played["edited_score"]) == scores
    assert played["outcome"] == result["outcome"] == outcome
    judgement = played["judgements"]["person"]
    assert (judgement["verdict"], judgement["text"], judgement["model"]) == (said, said, None)
    assert result["judgements"] == played["judgements"]


async def test_no_judge_is_asked_and_none_is_counted(fresh: Server) -> None:
    served = remembering()
    settings = {**PERSON, "model": "vllm:test-model", "base_url": fresh.base_url, "max_rounds": 1}
    await served.ainvoke(COLOURS, THREAD, context=settings)
    result = await answer(served, "edited", settings)
    assert sorted(call.task for call in fresh.requests) == sorted(
        set(coevol.graph.nodes)
        - {"__start__", "new_round", "guard", "repair"}
        - {"judge_original_first", "judge_edited_first", "verdict"}
    )
    record = finished(Sample.model_validate(COLOURS), result)
    assert (record.usage.calls, record.accepted) == (6, 1)


@pytest.mark.parametrize("said", ["maybe", "", "editedd", 5, {"verdict": "edited"}, "x" * 5000])
async def test_what_is_no_choice_is_asked_again(said: Any) -> None:
    served = remembering()
    first = question_of(await served.ainvoke(COLOURS, THREAD, context=PERSON))
    for _ in range(2):
        again = question_of(await answer(served, said))
        assert "is none of edited, original, tie" in again["problem"]
        assert len(again["problem"]) < 150
        assert {**again, "problem": None} == first
    assert (await answer(served, "original"))["stop_reason"] == "not_improved"


@pytest.mark.parametrize(
    ("said", "choice"),
    [
        ("edited", "edited"),
        (' "Edited"\n', "edited"),
        ("'ORIGINAL'", "original"),
        ("tie ", "tie"),
        ("not edited", None),
        ("edited original", None),
        ("", None),
        (None, None),
        (True, None),
        (["edited"], None),
    ],
)
async def test_reading_a_choice(said: object, choice: str | None) -> None:
    assert read_person(said) == choice


async def test_a_part_of_the_run_without_the_context_is_no_verdict() -> None:
    served = remembering()
    await served.ainvoke(COLOURS, THREAD, context=PERSON)
    with pytest.raises(HumanVerdictError, match="give it the context with which it began"):
        await served.ainvoke(Command(resume="edited"), THREAD)
    assert question_of(await answer(served, "edited"))["k"] == 2


async def test_a_new_sample_on_a_waiting_thread() -> None:
    served = remembering()
    await served.ainvoke(COLOURS, THREAD, context=PERSON)
    assert await served.ainvoke(ANIMALS, THREAD) == await coevol.graph.ainvoke(ANIMALS)
    asked = question_of(await served.ainvoke(ANIMALS, THREAD, context=PERSON))
    assert (asked["k"], asked["instruction"]) == (1, ANIMALS["instruction"])


async def test_what_the_judge_said_is_shown_and_overruled() -> None:
    served = remembering()
    await served.ainvoke(COLOURS, THREAD, interrupt_before=["verdict"])
    asked = question_of(await served.ainvoke(None, THREAD, context=PERSON))
    assert asked["judged"] == {"judge_original_first": "edited", "judge_edited_first": "edited"}
    [played] = (await answer(served, "original"))["rounds"]
    assert set(played["judgements"]) == {*asked["judged"], "person"}
    assert (played["outcome"], played["edited_score"]) == ("not_improved", 0)


async def test_nobody_is_asked_about_an_edit_that_was_cut_off(fresh: Server) -> None:
    short = {"editor": {"max_tokens": 1}}
    endpoint = {"model": "vllm:test-model", "base_url": fresh.base_url}
    served, settings = remembering(), {**PERSON, **endpoint, "role_settings": short}
    result = await served.ainvoke(COLOURS, THREAD, context=settings)
    assert ("__interrupt__" in result, result["stop_reason"]) == (False, "edit_truncated")


async def test_without_a_checkpointer_nothing_is_paid(fresh: Server) -> None:
    settings: Any = {**PERSON, "model": "vllm:test-model", "base_url": fresh.base_url}
    for graph, given in ((coevol.graph, COLOURS), (conversation.graph, CLOCK)):
        with pytest.raises(HumanVerdictError, match="without a checkpointer"):
            await graph.ainvoke(given, THREAD, context=settings)
    assert not fresh.requests


async def test_without_an_event_loop() -> None:
    def play() -> Any:
        served = remembering()
        served.invoke(COLOURS, THREAD, context=PERSON)
        return served.invoke(Command(resume="original"), THREAD, context=PERSON)

    assert (await asyncio.to_thread(play))["stop_reason"] == "not_improved"


async def test_a_person_judges_a_conversation() -> None:
    served: Any = conversation.build().copy(update={"checkpointer": InMemorySaver()})
    settings = {**PERSON, "max_rounds": 1}
    asked = question_of(await served.ainvoke(CLOCK, THREAD, context=settings))
    assert asked["original"] == CLOCK["messages"][1]["content"]
    then = question_of(await answer(served, "edited", settings))
    assert asked["edited"] in then["instruction"]
    result = await answer(served, "original", settings)
    assert [turn["response"] for turn in result["turns"]] == [asked["edited"], then["original"]]
    assert [turn["stop_reason"] for turn in result["turns"]] == ["max_rounds", "not_improved"]
