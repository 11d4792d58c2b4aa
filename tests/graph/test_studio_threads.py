"""Forking, waiting for a person and sharing nothing, on the real `langgraph dev`."""

import asyncio
from typing import Any, cast

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.pregel.remote import RemoteGraph
from langgraph.types import Command
from langgraph_sdk.client import LangGraphClient

from graph.coevol import graph
from tests.graph.samples import COLOURS
from tests.graph.served import follow, new_thread, run
from tests.support.server import Server, serve

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEW_EDIT = "Red, amber and green, from top to bottom."
PERSON = {"human_verdict": True, "max_rounds": 2}


async def before_the_judge(client: LangGraphClient, thread: str) -> Any:
    """The checkpoint after the first round's editor."""
    history = await client.threads.get_history(thread, limit=100)
    return [state for state in history if "judge_original_first" in state["next"]][-1]


async def test_an_edit_is_changed_and_judged_anew(client: LangGraphClient) -> None:
    thread = await new_thread(client)
    with serve() as model:
        settings = {"model": "vllm:test-model", "base_url": model.base_url, "max_rounds": 1}
        result = await run(client, thread, COLOURS, context=settings)
        edited = await before_the_judge(client, thread)
        assert edited["values"]["edit"] == result["edit"]
        forked = await client.threads.update_state(
            thread,
            {"edit": {**result["edit"], "response": NEW_EDIT}},
            as_node="editor",
            checkpoint=edited["checkpoint"],
        )
        asked = len(model.requests)
        again = await run(client, thread, None, checkpoint=forked["checkpoint"], context=settings)
        judged = model.requests[asked:]
    assert [call.task for call in judged] == ["judge", "judge"]
    assert all(NEW_EDIT in call.messages[-1]["content"] for call in judged)
    [played] = again["rounds"]
    assert played["edit"]["response"] == NEW_EDIT
    assert played["speeches"] == result["rounds"][0]["speeches"]


async def test_every_checkpoint_is_plain_data(client: LangGraphClient) -> None:
    thread = await new_thread(client)
    await run(client, thread, COLOURS)
    history = await client.threads.get_history(thread, limit=100)
    assert len(history) > 14
    for state in history:
        assert not [key for key in keys_in(state["values"]) if key in ("lc", "additional_kwargs")]


def keys_in(value: Any) -> list[str]:
    """The keys of all objects in a JSON value: those of a message would give it away."""
    if isinstance(value, list):
        return [key for each in cast("list[Any]", value) for key in keys_in(each)]
    if not isinstance(value, dict):
        return []
    fields = cast("dict[str, Any]", value)
    return [*fields, *(key for each in fields.values() for key in keys_in(each))]


async def test_a_person_decides(client: LangGraphClient) -> None:
    thread = await new_thread(client)
    waiting = await run(client, thread, COLOURS, context=PERSON)
    [asked] = waiting["__interrupt__"]
    assert asked["value"]["original"] == COLOURS["response"]
    assert asked["response_schema"]["enum"] == ["edited", "original", "tie"]
    state = await client.threads.get(thread)
    assert state["status"] == "interrupted"
    assert [len(each) for each in state["interrupts"].values()] == [1]

    again = await run(client, thread, None, command={"resume": "hm"}, context=PERSON)
    assert again["__interrupt__"][0]["value"]["problem"].startswith("'hm' is none of edited")
    second = await run(client, thread, None, command={"resume": "edited"}, context=PERSON)
    assert second["__interrupt__"][0]["value"]["k"] == 2
    result = await run(client, thread, None, command={"resume": "tie"}, context=PERSON)
    verdicts = [each["judgements"]["person"]["verdict"] for each in result["rounds"]]
    assert (verdicts, result["stop_reason"]) == (["edited", "tie"], "not_improved")
    assert result["response"] == asked["value"]["edited"]


async def test_the_question_is_streamed(client: LangGraphClient) -> None:
    seen = await follow(client, ["updates"], PERSON)
    [[asked]] = [part["__interrupt__"] for part in seen["updates"] if "__interrupt__" in part]
    assert asked["value"]["edited"] != asked["value"]["original"]


async def test_a_person_decides_from_python(client: LangGraphClient) -> None:
    remote = RemoteGraph("coevol", client=client)
    place: RunnableConfig = {"configurable": {"thread_id": await new_thread(client)}}
    context: Any = PERSON
    waiting = cast("Any", await remote.ainvoke(COLOURS, place, context=context))
    assert waiting["__interrupt__"][0]["value"]["k"] == 1
    command: Any = Command(resume="original")
    result = cast("Any", await remote.ainvoke(command, place, context=context))
    assert result["rounds"][0]["judgements"]["person"]["verdict"] == "original"
    assert (result["stop_reason"], result["response"]) == ("not_improved", COLOURS["response"])


async def test_an_assistant_keeps_the_settings(client: LangGraphClient) -> None:
    settings: Any = PERSON
    person = (await client.assistants.create("coevol", context=settings))["assistant_id"]
    try:
        thread = await new_thread(client)
        await run(client, thread, COLOURS, graph=person)
        result = await run(client, thread, None, command={"resume": "original"}, graph=person)
    finally:
        await client.assistants.delete(person)
    assert [*result["rounds"][0]["judgements"]] == ["person"]


async def test_a_run_without_a_thread_can_not_wait(client: LangGraphClient) -> None:
    with pytest.raises(Exception, match="can't wait for a person without a checkpointer"):
        await run(client, None, COLOURS, context=PERSON)


async def test_eight_runs_at_once_share_nothing(client: LangGraphClient, server: Server) -> None:
    server.change(models=tuple(f"model-{number}" for number in range(8)))

    def sample(number: int) -> Any:
        return {**COLOURS, "id": f"{number}", "instruction": f"Name colours, number {number}0."}

    def settings(number: int) -> Any:
        return {
            "model": f"vllm:model-{number}",
            "base_url": server.base_url,
            "max_rounds": 1 + number % 3,
            "system_role": ("native", "merge")[number % 2],
            "judge_mode": ("choice", "score")[number // 4],
        }

    async def evolve(number: int) -> dict[str, Any]:
        return await run(client, await new_thread(client), sample(number), context=settings(number))

    results = await asyncio.gather(*(evolve(number) for number in range(8)))
    for number, result in enumerate(results):
        assert result == await graph.ainvoke(sample(number), context=settings(number))
        texts = [
            call.messages[-1]["content"] + call.messages[0]["content"]
            for call in server.requests
            if call.body["model"] == f"model-{number}"
        ]
        assert texts
        others = [f"number {other}0." for other in range(8) if other != number]
        assert not [text for text in texts for other in others if other in text]
