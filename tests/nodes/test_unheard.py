"""Nodes that run bare: whoever follows a run hears of all of them, nobody else sees a change."""

from typing import Any

from langchain_core.callbacks import AsyncCallbackHandler
from langchain_core.runnables.config import var_child_runnable_config

from graph.coevol import graph
from nodes.state import Sample

COLOURS = Sample(instruction="Name three colours.", response="red,amber , green")


class _Names(AsyncCallbackHandler):
    """Hears which chains begin."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def on_chain_start(self, *_: Any, **told: Any) -> None:
        self.heard.append(told["name"])


async def test_a_handler_hears_of_every_node_and_changes_nothing() -> None:
    names = _Names()
    bare = await graph.ainvoke(COLOURS)
    assert bare == await graph.ainvoke(COLOURS, {"callbacks": [names]})
    every = set(graph.nodes) - {"__start__", "repair"}
    assert {name: names.heard.count(name) for name in every} == dict.fromkeys(every, 2)


async def test_a_node_leaves_nothing_of_its_config_behind() -> None:
    await graph.ainvoke(COLOURS)
    assert var_child_runnable_config.get() is None
