"""The conversation graph: against the plain oracle, on a thread, and as it is drawn."""

import asyncio
import json
from functools import cache
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver

from graph import coevol
from graph.conversation import build, graph
from nodes.context import Context
from nodes.conversation import ConversationContext
from nodes.models.rehearsal import RehearsalModel
from prompts.roles import Speaker
from tests.support.answers import complete
from tests.support.conversations import LONGEST, Conversation, conversations
from tests.support.reference import Message
from tests.support.reference_conversation import (
    Limits,
    ReferenceConversation,
    ReferenceTurn,
    evolve_conversation,
)
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONVERSATIONS = conversations(25)
LONG = [each for each in CONVERSATIONS if len(each["messages"]) > 7][-7:]
PLAIN = CONVERSATIONS[23]
"""One of the longest, with neither empty nor hostile text in it."""
LANGGRAPH_JSON = Path(__file__).parents[2] / "langgraph.json"
THREAD: RunnableConfig = {"configurable": {"thread_id": "one"}}

CLOCK: Any = {
    "id": "clock",
    "messages": [
        {"role": "user", "content": "What is a tide clock?"},
        {"role": "assistant", "content": "it is a clock  for the tide ,of the sea"},
        {"role": "user", "content": "Does it work in every sea?"},
        {"role": "assistant", "content": "no"},
    ],
}
"""What is bad about its answers the rehearsal model sees, and mends."""
OVEN: Any = {"messages": [{"role": "user", "content": "Oven?"}, {"role": "assistant"}]}
"""There is nothing in it to evolve."""


def ask(messages: list[Message]) -> tuple[str, str]:
    said = complete(messages)
    return said.text, said.finish_reason


@cache
def expected(number: int, max_rounds: int, limits: Limits) -> ReferenceConversation:
    return evolve_conversation(CONVERSATIONS[number]["messages"], ask, max_rounds, limits)


async def check(
    some: list[Conversation],
    server: Server,
    max_rounds: int = 3,
    limits: Limits | None = None,
    served: Any = graph,
    **settings: Any,
) -> list[ReferenceConversation]:
    """Evolve conversations all at once, and hold each against the oracle's."""
    limits = limits or Limits()
    context: Any = {
        "model": "openai:test-model",
        "base_url": server.base_url,
        "max_rounds": max_rounds,
        "window": limits.window,
        "max_turns": limits.turns,
        "max_conversation_tokens": limits.tokens,
        **settings,
    }
    results = await asyncio.gather(*(served.ainvoke(each, context=context) for each in some))
    right = [expected(CONVERSATIONS.index(each), max_rounds, limits) for each in some]
    for conversation, result, oracle in zip(some, results, right, strict=True):
        assert result["id"] == conversation["id"]
        assert result["messages"] == oracle.messages, result["id"]
        assert [seen(turn) for turn in result["turns"]] == [spoken(turn) for turn in oracle.turns]
    return right


def seen(turn: dict[str, Any]) -> tuple[Any, ...]:
    """What of a turn the oracle speaks of."""
    words = " ".join(turn["instruction"].split())
    outcomes = [(played["outcome"], played["edit"]["response"]) for played in turn["rounds"]]
    return turn["index"], words, turn["skipped"], turn["stop_reason"], outcomes


def spoken(turn: ReferenceTurn) -> tuple[Any, ...]:
    """The same of the oracle's turn."""
    words = " ".join(turn.instruction.split())
    rounds = turn.result.rounds if turn.result else ()
    outcomes = [(played.outcome, played.edited) for played in rounds]
    return turn.index, words, turn.skipped, turn.result and turn.result.stop_reason, outcomes


async def test_every_turn_is_the_oracles(server: Server) -> None:
    oracle = await check(CONVERSATIONS, server)
    turns = [turn for each in oracle for turn in each.turns]
    assert {len(each.turns) for each in oracle} == set(range(1, LONGEST + 1))
    assert {len(turn.result.rounds) for turn in turns if turn.result} >= {1, 2, 3}
    stops = {turn.result.stop_reason for turn in turns if turn.result}
    assert stops == {"max_rounds", "not_improved", "edit_empty"}


@pytest.mark.parametrize("window", [1, 2, LONGEST])
async def test_the_window(server: Server, window: int) -> None:
    oracle = await check(LONG, server, 1, Limits(window=window))
    number = LONG.index(PLAIN)
    asked = [each["content"] for each in PLAIN["messages"] if each["role"] == "user"][:LONGEST]
    for turn, recent in zip(oracle[number].turns, range(1, LONGEST + 1), strict=True):
        shown = [question for question in asked if question in turn.instruction]
        assert shown == asked[max(0, recent - window) : recent]


@pytest.mark.parametrize("limits", [Limits(turns=1), Limits(turns=3), Limits(tokens=60)], ids=str)
async def test_limits(server: Server, limits: Limits) -> None:
    oracle = await check(LONG, server, 1, limits)
    skipped = {turn.skipped for each in oracle for turn in each.turns}
    assert skipped == {None, "max_turns" if limits.turns else "max_conversation_tokens"}


@pytest.mark.parametrize(("spare", "skipped"), [(0, "max_conversation_tokens"), (1, None)])
async def test_the_turn_that_reaches_the_limit_is_the_last(spare: int, skipped: str | None) -> None:
    question, answer, *_ = (await graph.ainvoke(CLOCK))["messages"]
    tokens = (len(question["content"]) + len(answer["content"])) // 4
    settings: Any = {"max_conversation_tokens": tokens + spare}
    first, second = (await graph.ainvoke(CLOCK, context=settings))["turns"]
    assert (first["skipped"], second["skipped"]) == (None, skipped)


async def test_judges_in_turn(server: Server) -> None:
    economical = build(coevol.build(judges_in_turn=True))
    await check(CONVERSATIONS[:6], server, served=economical, economy=True)
    edges = {(edge.source, edge.target) for edge in economical.get_graph(xray=True).edges}
    assert ("coevol:judge_original_first", "coevol:judge_edited_first") in edges


async def test_later_turns_see_the_earlier_answers_as_evolved() -> None:
    result = await graph.ainvoke(CLOCK)
    first, second = result["turns"]
    assert first["original_response"] == CLOCK["messages"][1]["content"] != first["response"]
    assert f"ASSISTANT: {first['response']}</s>USER:" in second["instruction"]
    assert result["messages"][1]["content"] == first["response"]
    assert result["messages"][3]["content"] == second["response"] != "no"


async def test_the_input_stays_as_it_is() -> None:
    before = json.dumps(CLOCK)
    await graph.ainvoke(CLOCK)
    assert json.dumps(CLOCK) == before


async def test_without_an_event_loop() -> None:
    served: Any = graph
    result = await asyncio.to_thread(served.invoke, CLOCK)
    assert result == await graph.ainvoke(CLOCK)


async def test_settings_of_the_other_graph_are_taken() -> None:
    settings: Any = Context(max_rounds=1)
    result = await graph.ainvoke(CLOCK, context=settings)
    assert [len(turn["rounds"]) for turn in result["turns"]] == [1, 1]


def remembering() -> Any:
    """The graph with memory, as a server has it."""
    return build().copy(update={"checkpointer": InMemorySaver()})


async def test_a_second_run_on_a_thread_starts_afresh() -> None:
    served = remembering()
    for conversation in (CLOCK, OVEN, CLOCK):
        assert await served.ainvoke(conversation, THREAD) == await graph.ainvoke(conversation)


def lasting(calls: int) -> ConversationContext:
    """Settings whose model breaks down after so many calls."""
    model, asked = RehearsalModel(), count()

    def provide(role: Speaker) -> RehearsalModel:
        if next(asked) >= calls:
            raise ConnectionError(f"the {role}'s model has broken down")
        return model

    return ConversationContext().with_models(provide)


@pytest.mark.parametrize("calls", [0, 5, 8, 17, 25])
async def test_a_run_that_broke_off(calls: int) -> None:
    for given in (CLOCK, OVEN, None):
        served = remembering()
        with pytest.raises(ConnectionError):
            await served.ainvoke(CLOCK, THREAD, context=lasting(calls))
        right = await graph.ainvoke(given or CLOCK)
        assert await served.ainvoke(given, THREAD) == right


@pytest.mark.parametrize("given", [{}, {"messages": None}, {"messages": [{"content": "Oven?"}]}])
async def test_what_is_no_conversation_is_refused(given: Any) -> None:
    served = remembering()
    await served.ainvoke(CLOCK, THREAD)
    with pytest.raises(ValueError, match=r"messages\n.*(required|message 0 has no role)"):
        await served.ainvoke(given, THREAD)
    assert await served.ainvoke(CLOCK, THREAD) == await graph.ainvoke(CLOCK)


async def test_a_stream_shows_every_node() -> None:
    shown: dict[str, set[str]] = {}
    served: Any = graph
    async for place, update in served.astream(CLOCK, stream_mode="updates", subgraphs=True):
        assert all(update.values())
        shown.setdefault("inner" if place else "outer", set()).update(update)
    assert shown["outer"] == set(graph.nodes) - {"__start__"}
    assert shown["inner"] == set(coevol.graph.nodes) - {"__start__", "repair"}


async def test_its_picture() -> None:
    edges = {(edge.source, edge.target): edge.data for edge in graph.get_graph().edges}
    assert edges == {
        ("__start__", "new_conversation"): None,
        ("new_conversation", "next_turn"): None,
        ("next_turn", "coevol"): "turn",
        ("next_turn", "__end__"): "done",
        ("coevol", "end_turn"): None,
        ("end_turn", "next_turn"): None,
    }


async def test_its_picture_with_xray_shows_the_inner_graph() -> None:
    drawing = graph.get_graph(xray=True)
    edges = {(edge.source, edge.target) for edge in drawing.edges}
    inner = coevol.graph.get_graph().edges
    assert {(f"coevol:{edge.source}", f"coevol:{edge.target}") for edge in inner} <= edges
    assert "subgraph coevol\n" in drawing.draw_mermaid()


async def test_every_graph_of_langgraph_json_is_there() -> None:
    listed: Any = json.loads(LANGGRAPH_JSON.read_text("utf-8"))["graphs"]
    assert list(listed) == [
        "coevol", "conversation", "edit", "advise-blind", "advise", "debate"
    ]  # fmt: skip
    for name, entry in listed.items():
        module, _, variable = entry["path"].removeprefix("./").partition(".py:")
        assert getattr(import_module(module.replace("/", ".")), variable).name == name
        assert entry["description"]
