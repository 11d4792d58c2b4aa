"""The CoEvol graph: Algorithm 1 as a LangGraph state graph.

from graph.coevol import graph
await graph.ainvoke({"instruction": "...", "response": "..."}, context={"model": "rehearsal"})
"""

from collections.abc import Iterable, Sequence

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from nodes.advisor import advisor
from nodes.context import Context
from nodes.debater import (
    critical_free,
    critical_predetermined,
    positive_free,
    positive_predetermined,
)
from nodes.editor import editor
from nodes.guard import guard
from nodes.internals import complete_input
from nodes.judge import judge_edited_first, judge_original_first
from nodes.new_round import new_round, whole_input
from nodes.node import Agent, Node, Routed
from nodes.prompted import PromptedContext
from nodes.repair import repair, repaired_or
from nodes.state import Output, Sample, State
from nodes.unheard import run_unheard
from nodes.verdict import continues, verdict

Graph = CompiledStateGraph[State, Context, Sample, Output]
"""A graph that evolves a sample: the paper's, or a variant of it."""

Builder = StateGraph[State, Context, Sample, Output]
"""The builder of such a graph."""

_NODES: tuple[Node, ...] = (
    new_round,
    positive_predetermined,
    critical_predetermined,
    positive_free,
    critical_free,
    advisor,
    editor,
    guard,
    repair,
    judge_original_first,
    judge_edited_first,
    verdict,
)


def build(
    *,
    replace: Iterable[Node] = (),
    debaters: Iterable[Node] = (),
    judges_in_turn: bool = False,
    name: str = "coevol",
) -> Graph:
    """Build the graph.

    A node in `replace` takes the place of the built-in node of the same name. The nodes in
    `debaters` join the second stage of the debate: they see both first speeches, and the advisor
    waits for them. With `judges_in_turn`, the second order is judged after the first rather than at
    the same time, so that it can be skipped if the first has decided (see `Context.economy`).
    Raises ValueError if there is no node of a given name to replace.
    """
    more = tuple(debaters)
    builder: Builder = StateGraph(
        State, context_schema=PromptedContext, input_schema=Sample, output_schema=Output
    )
    judges = ["judge_original_first", "judge_edited_first"]
    after_guard = judges[:1] if judges_in_turn else judges
    add_nodes(builder, (*_replaced(replace), *more), repair, after_guard)

    builder.add_edge(START, "new_round")
    add_debate(builder, more)
    builder.add_edge("advisor", "editor")
    builder.add_edge("editor", "guard")
    if judges_in_turn:
        builder.add_edge("judge_original_first", "judge_edited_first")
        builder.add_edge("judge_edited_first", "verdict")
    else:
        builder.add_edge(judges, "verdict")
    builder.add_conditional_edges("verdict", continues, {"improved": "new_round", "stop": END})
    return compiled(builder, name)


def add_debate(builder: Builder, more: Iterable[Node] = ()) -> None:
    """Add the two-stage debate between `new_round` and `advisor` (section 2.3).

    Within a stage, debaters speak at the same time. Each speech of the second stage, including
    those of `more`, needs both speeches of the first.
    """
    opened = ["positive_predetermined", "critical_predetermined"]
    debate = ["positive_free", "critical_free", *(node.get_name() for node in more)]
    for speaker in opened:
        builder.add_edge("new_round", speaker)
    for speaker in debate:
        builder.add_edge(opened, speaker)
    builder.add_edge(debate, "advisor")


def add_nodes(
    builder: Builder, nodes: Iterable[Node], repair: Agent, following: Sequence[str]
) -> None:
    """Add the nodes. The guard leads to `following`, or for a refused edit to `repair` and back."""
    again = repair.get_name()
    labels = {again: "refused", **{name: name for name in following}}
    for node in nodes:
        name = node.get_name()
        if name == "guard":
            routed = Routed(node, repaired_or(following, again))
            builder.add_node(name, routed, destinations=labels)
        else:
            builder.add_node(name, node)
    builder.add_edge(again, "guard")


def compiled(builder: Builder, name: str) -> Graph:
    """Compile a graph that takes a Sample. Each sample on a thread starts with a fresh state."""
    graph = builder.compile(name=name)
    complete_input(graph, whole_input)
    run_unheard(graph)
    return graph


def _replaced(replace: Iterable[Node]) -> Iterable[Node]:
    nodes = {node.get_name(): node for node in _NODES}
    for node in replace:
        if node.get_name() not in nodes:
            raise ValueError(
                f"no node {node.get_name()!r} to replace; there are {', '.join(nodes)}"
            )
        nodes[node.get_name()] = node
    return nodes.values()


graph = build()
