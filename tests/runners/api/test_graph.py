"""A whole dataset through a graph of the user's own."""

from pathlib import Path
from typing import Any, cast

import pytest
from langchain_core.messages import HumanMessage

from graph.coevol import build
from nodes.context import Context
from nodes.node import Ask, Talk, agent
from nodes.state import State
from runners import evolve
from runners.errors import UsageError
from runners.folder.records import Evolution
from tests.runners.commands import coevol
from tests.runners.datasets import alpacas, evolved, plain
from tests.support.conversations import conversations
from tests.support.server import Server

ROWS = alpacas(12)
MODEL = "openai:test-model"


@agent("critical")
def doubter(state: State, context: Context) -> Talk:
    """Say what the critical debater's model makes of one word."""
    answer = yield Ask([HumanMessage("Doubt!")])
    return {"speeches": {"doubter": answer}}


def doubts(server: Server) -> int:
    """How often the debater has asked."""
    return sum(call.messages[-1]["content"] == "Doubt!" for call in server.requests)


def test_a_graph_of_ones_own(tmp_path: Path, server: Server) -> None:
    run, graph = tmp_path / "run", build(debaters=[doubter], name="doubting")
    model: Any = {"model": MODEL, "base_url": server.base_url}
    result = evolve(ROWS, run, graph=graph, **model)
    rounds = [each for record in result.records() for each in cast("Evolution", record).rounds]
    assert len({each["speeches"]["doubter"]["text"] for each in rounds}) == 1
    assert doubts(server) == 1  # asked once, kept
    assert list(result) == evolved(ROWS)
    answered = server.answered
    assert list(evolve(ROWS, run, graph=graph, **model)) == evolved(ROWS)
    assert server.answered == answered
    with pytest.raises(UsageError, match=r"graph = 'doubting' \(now None\)"):
        evolve(ROWS, run, **model)
    refused = coevol("resume", run)
    assert refused.code == 2
    assert "made from Python with the graph doubting; go on from Python" in refused.err


@agent("critical")
def clumsy(state: State, context: Context) -> Talk:
    """Trip over a mistake."""
    yield Ask([HumanMessage("Now I trip.")])
    raise KeyError("a mistake in it")


def test_a_mistake_in_a_node_comes_out_as_it_is(tmp_path: Path, server: Server) -> None:
    run, graph = tmp_path / "run", build(debaters=[clumsy], name="clumsy")
    with pytest.raises(KeyError, match="a mistake in it"):
        evolve(plain(1), run, model=MODEL, base_url=server.base_url, graph=graph)


def test_conversations_go_through_a_graph_of_ones_own(tmp_path: Path, server: Server) -> None:
    rows = conversations(2)
    graph = build(debaters=[doubter], name="doubting")
    model: Any = {"model": MODEL, "base_url": server.base_url}
    evolve(rows, tmp_path / "run", graph=graph, **model)
    assert doubts(server) == 1
