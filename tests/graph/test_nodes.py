"""Nodes alone, the graph in all the ways LangGraph can run it, and its settings."""

import asyncio
from importlib import import_module
from typing import Any, get_type_hints

import pytest
from pydantic import ValidationError

from graph.coevol import graph
from nodes.context import Context
from nodes.conversation import ConversationState, ConversationUpdate
from nodes.node import Agent, Routed
from nodes.state import Sample, State, Update
from tests.graph.samples import ANIMALS, COLOURS

FILES = {
    "new_round": ("new_round",),
    "debater": (
        "positive_predetermined",
        "critical_predetermined",
        "positive_free",
        "critical_free",
    ),
    "advisor": ("advisor",),
    "editor": ("editor",),
    "guard": ("guard",),
    "repair": ("repair",),
    "judge": ("judge_original_first", "judge_edited_first"),
    "verdict": ("verdict",),
}
AGENTS = [node for file in ("debater", "advisor", "editor", "judge") for node in FILES[file]]


def half_way() -> Any:
    """The state in which a round has come to its verdict."""
    played = graph.invoke(COLOURS)["rounds"][0]
    memory = {name: played[name] for name in ("speeches", "suggestions", "edit", "judgements")}
    return {**COLOURS, **memory, "k": 1, "rounds": [], "outcome": None, "stop_reason": None}


@pytest.mark.parametrize("name", AGENTS)
async def test_an_agent_alone(name: str) -> None:
    state, node = half_way(), graph.nodes[name]
    update = node.invoke(state)
    assert update == await node.ainvoke(state)
    [(channel, value)] = update.items()
    assert value == ({name: state[channel][name]} if name in state[channel] else state[channel])


async def test_the_verdict_alone() -> None:
    state, node = half_way(), graph.nodes["verdict"]
    update = node.invoke(state)
    assert update == await node.ainvoke(state)
    assert (update["response"], update["outcome"]) == (state["edit"]["response"], "improved")


def test_a_node_says_what_it_misses() -> None:
    with pytest.raises(LookupError):
        graph.nodes["editor"].invoke({**half_way(), "suggestions": None})
    with pytest.raises(ValidationError, match=r"instruction\n.*required"):
        graph.nodes["new_round"].invoke({"response": "It has no instruction."})


async def test_ways_to_run() -> None:
    result = graph.invoke(COLOURS)
    values = [state async for state in graph.astream(COLOURS, stream_mode="values")]
    assert len(result["rounds"]) == 2
    assert result == await graph.ainvoke(COLOURS)
    assert result == await asyncio.to_thread(lambda: graph.invoke(COLOURS))
    assert values == list(graph.stream(COLOURS, stream_mode="values"))
    assert result == {name: values[-1][name] for name in result}
    assert result == await graph.ainvoke(Sample.model_validate(COLOURS))
    batch = [result, graph.invoke(ANIMALS)]
    assert batch == await graph.abatch([COLOURS, ANIMALS]) == graph.batch([COLOURS, ANIMALS])


async def test_settings_as_a_dict_or_a_model() -> None:
    settings: Any = {"max_rounds": 1}
    result = await graph.ainvoke(COLOURS, context=settings)
    assert (len(result["rounds"]), result["stop_reason"]) == (1, "max_rounds")
    assert result == await graph.ainvoke(COLOURS, context=Context(max_rounds=1))
    assert result == graph.invoke(COLOURS, context=settings)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"max_round": 1}, r"max_round\n.*not permitted"),
        ({"max_rounds": 0}, r"max_rounds\n.*greater than or equal to 1"),
        ({"role_settings": {"referee": {}}}, r"role_settings.referee.*\n.*'judge'"),
        ({"role_settings": {"judge": {"heat": 1}}}, r"role_settings.judge.heat\n.*not permitted"),
    ],
)
async def test_wrong_settings_are_named(settings: Any, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        await graph.ainvoke(COLOURS, context=settings)
    with pytest.raises(ValidationError, match=told):
        graph.invoke(COLOURS, context=settings)


@pytest.mark.parametrize(
    ("update", "state"), [(Update, State), (ConversationUpdate, ConversationState)]
)
def test_whatever_an_update_may_have_is_a_channel(update: type[Any], state: type[Any]) -> None:
    """LangGraph would drop anything else without a word."""
    assert update.__annotations__.keys() <= get_type_hints(state).keys()


def test_a_node_has_its_functions_name() -> None:
    assert set(graph.nodes) - {"__start__"} == {name for names in FILES.values() for name in names}
    for file, names in FILES.items():
        for name in names:
            node = getattr(import_module(f"nodes.{file}"), name)
            bound = graph.nodes[name].bound
            own = bound.node if isinstance(bound, Routed) else bound
            assert (own, bound.get_name(), node.get_name()) == (node, name, name)


async def test_a_run_in_a_trace_has_its_nodes_name() -> None:
    names: dict[str, str] = {}
    calls: list[str] = []
    async for event in graph.astream_events(COLOURS, version="v2"):
        names[event["run_id"]] = event["name"]
        if event["event"] == "on_chat_model_start":
            parents = [names[parent] for parent in event.get("parent_ids", [])]
            assert parents == ["coevol", event.get("metadata", {}).get("langgraph_node")]
            calls.append(parents[-1])
    assert set(graph.nodes) - {"__start__", "repair"} < set(names.values())
    assert sorted(calls) == sorted(2 * AGENTS)
    assert {name for name in AGENTS if isinstance(graph.nodes[name].bound, Agent)} == set(AGENTS)
