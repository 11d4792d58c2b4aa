"""The ablations of section 4.1: against plain sequential versions, on a thread, and as drawn."""

import asyncio
from functools import cache
from pathlib import Path
from typing import Any, cast, get_args

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver

from graph import ablations
from graph.conversation import build as build_conversation
from graph.frameworks import FRAMEWORKS, OnePass
from nodes.node import Agent
from prompts.pack import PromptPackError
from prompts.parts import Ablations, Tasks
from tests.graph.samples import ANIMALS, COLOURS
from tests.graph.test_algorithm import SHORT, Role, check
from tests.support.answers import complete
from tests.support.conversations import conversations
from tests.support.packs import pack_without
from tests.support.reference import Message, ReferenceResult
from tests.support.reference_ablations import evolve_by
from tests.support.reference_conversation import evolve_conversation
from tests.support.rows import rows
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROWS = rows(24)
ONE_PASS: tuple[OnePass, ...] = get_args(OnePass)
GRAPHS: dict[OnePass, Any] = {
    "edit": ablations.edit,
    "advise-blind": ablations.advise_blind,
    "advise": ablations.advise,
    "debate": ablations.debate,
}
THREAD: RunnableConfig = {"configurable": {"thread_id": "one"}}


def at(server: Server, **settings: Any) -> Any:
    return {"model": "openai:test-model", "base_url": server.base_url, **settings}


@cache
def expected(
    framework: OnePass, system_role: Role = "native", max_tokens: int = 1000
) -> list[ReferenceResult]:
    def ask(messages: list[Message]) -> tuple[str, str]:
        said = complete(messages, max_tokens)
        return said.text, said.finish_reason

    return [evolve_by(framework, row, ask, 3, system_role) for row in ROWS]


@pytest.mark.parametrize("system_role", ["native", "merge"])
@pytest.mark.parametrize("framework", ONE_PASS)
async def test_rows_come_out_as_plainly_written(
    server: Server, framework: OnePass, system_role: Role
) -> None:
    context = at(server, system_role=system_role)
    asked = len(server.requests)
    runs = (GRAPHS[framework].ainvoke(cast("Any", row), context=context) for row in ROWS)
    check(await asyncio.gather(*runs), expected(framework, system_role))
    calls = {"edit": 1, "advise-blind": 2, "advise": 2, "debate": 6}[framework]
    assert len(server.requests) - asked == calls * len(ROWS)


@pytest.mark.parametrize("framework", ONE_PASS)
async def test_edits_cut_off(server: Server, framework: OnePass) -> None:
    short = SHORT // 2 if framework == "edit" else SHORT  # with nothing to edit it writes less
    context = at(server, max_tokens=short)
    runs = (GRAPHS[framework].ainvoke(cast("Any", row), context=context) for row in ROWS)
    oracle = expected(framework, max_tokens=short)
    check(await asyncio.gather(*runs), oracle)
    assert {result.stop_reason for result in oracle} >= {"adopted", "edit_truncated"}


@pytest.mark.parametrize("framework", ONE_PASS)
async def test_turns_of_conversations(server: Server, framework: OnePass) -> None:
    some = conversations(6)
    served: Any = build_conversation(ablations.build(framework))
    runs = (served.ainvoke(each, context=at(server)) for each in some)
    for result, given in zip(await asyncio.gather(*runs), some, strict=True):
        right = evolve_conversation(given["messages"], ask, 3, framework=framework)
        assert result["messages"] == right.messages
        stops = [turn.result.stop_reason for turn in right.turns if turn.result]
        assert [turn["stop_reason"] for turn in result["turns"]] == stops
    assert framework in served.get_graph().nodes


def ask(messages: list[Message]) -> tuple[str, str]:
    said = complete(messages)
    return said.text, said.finish_reason


async def test_the_record_tells_what_was_not_done() -> None:
    spoken = {name: (await GRAPHS[name].ainvoke(COLOURS))["rounds"] for name in ONE_PASS}
    for framework, rounds in spoken.items():
        (played,) = rounds
        assert (played["k"], played["outcome"]) == (1, "adopted")
        assert (played["judgements"], played["flags"]) == ({}, [])
        assert (played["original_score"], played["edited_score"]) == (0, 0)
        assert len(played["speeches"]) == (4 if framework == "debate" else 0)
        assert (played["suggestions"] is None) == (framework == "edit")


async def test_who_sees_the_response() -> None:
    other = {**COLOURS, "response": "- violet\n- black"}
    for framework, is_same in {"edit": True, "advise-blind": True, "advise": False}.items():
        served = GRAPHS[cast("OnePass", framework)]
        one, two = (served.invoke(each)["rounds"][0] for each in (COLOURS, other))
        first = "edit" if framework == "edit" else "suggestions"
        assert (one[first]["text"] == two[first]["text"]) == is_same


@pytest.mark.parametrize("framework", ONE_PASS)
async def test_threads_and_ways_to_run(framework: OnePass) -> None:
    plain = GRAPHS[framework]
    served = plain.copy(update={"checkpointer": InMemorySaver()})
    for sample in (COLOURS, ANIMALS, COLOURS):
        result = await served.ainvoke(sample, THREAD)
        assert result == await plain.ainvoke(sample)
        assert result == await asyncio.to_thread(plain.invoke, sample)
        assert (result["stop_reason"], len(result["rounds"])) == ("adopted", 1)
    values = (await served.aget_state(THREAD)).values
    with pytest.raises(ValueError, match=r"instruction\n.*required"):
        await served.ainvoke({"response": "cat"}, THREAD)
    assert values["rounds"][0]["response"] == COLOURS["response"]


@pytest.mark.parametrize(
    ("finish_reason", "edited", "response"),
    [
        ("stop", "It is new.", "It is new."),
        ("stop", " \n", "It stays."),
        ("length", "A", "It stays."),
    ],
)
async def test_what_is_adopted(finish_reason: str, edited: str, response: str) -> None:
    sample = {"instruction": "Describe it.", "input": "", "response": "It stays."}
    edit = {"text": edited, "finish_reason": finish_reason, "response": edited}
    state: Any = {**sample, "k": 1, "speeches": {}, "suggestions": None, "rounds": [], "edit": edit}
    nodes = GRAPHS["edit"].nodes
    update = nodes["adopt"].invoke({**state, **nodes["guard"].invoke(state).update})
    assert update["response"] == response


async def test_a_pack_without_their_prompts(tmp_path: Path) -> None:
    settings: Any = {"prompt_pack": pack_without(tmp_path, "ablations")}
    for framework in ("edit", "advise-blind", "advise"):
        with pytest.raises(PromptPackError, match=r"pack coevol: has no `ablations`"):
            await GRAPHS[framework].ainvoke(COLOURS, context=settings)
    assert await GRAPHS["debate"].ainvoke(COLOURS, context=settings)


async def test_a_nodes_name_is_its_prompts() -> None:
    again = {"repair", "repair_alone"}
    prompts = {*Tasks.model_fields, *Ablations.model_fields, *again}
    for framework in ONE_PASS:
        nodes = {name: node.bound for name, node in GRAPHS[framework].nodes.items()}
        assert {name for name, node in nodes.items() if isinstance(node, Agent)} <= prompts
        assert set(nodes) - prompts == {"__start__", "new_round", "guard", "adopt"}
        assert again & set(nodes) == {"repair_alone" if framework == "edit" else "repair"}
        assert all(nodes[name].get_name() == name for name in nodes if name != "__start__")


async def test_all_settings_of_the_paper_are_there() -> None:
    assert (*ONE_PASS, "coevol") == FRAMEWORKS
    assert [ablations.build(each).name for each in FRAMEWORKS] == list(FRAMEWORKS)
    edges = ablations.build("coevol", judges_in_turn=True).get_graph().edges
    assert ("judge_original_first", "judge_edited_first") in {(e.source, e.target) for e in edges}
