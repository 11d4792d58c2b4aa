"""The CoEvol graph: Algorithm 1 as a LangGraph state graph.

from graph.coevol import graph
await graph.ainvoke({"instruction": "...", "response": "..."}, context={"model": "rehearsal"})
"""

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
from nodes.judge import judge_edited_first, judge_original_first
from nodes.new_round import new_round, whole_input
from nodes.state import Output, Sample, State
from nodes.verdict import continues, verdict

Graph = CompiledStateGraph[State, Context, Sample, Output]
"""A graph that evolves a sample: the paper's, or a variant of it."""

_NODES = (
    new_round,
    positive_predetermined,
    critical_predetermined,
    positive_free,
    critical_free,
    advisor,
    editor,
    judge_original_first,
    judge_edited_first,
    verdict,
)


def build(*, judges_in_turn: bool = False) -> Graph:
    """Wire the graph.

    With `judges_in_turn` the second order is judged after the first rather than beside it, so that
    it need not be asked where the first has decided (see `Context.economy`).
    """
    builder = StateGraph(State, context_schema=Context, input_schema=Sample, output_schema=Output)
    for node in _NODES:
        builder.add_node(node.get_name(), node)

    builder.add_edge(START, "new_round")
    add_debate(builder)
    builder.add_edge("advisor", "editor")
    builder.add_edge("editor", "judge_original_first")
    if judges_in_turn:
        builder.add_edge("judge_original_first", "judge_edited_first")
        builder.add_edge("judge_edited_first", "verdict")
    else:
        builder.add_edge("editor", "judge_edited_first")
        builder.add_edge(["judge_original_first", "judge_edited_first"], "verdict")
    builder.add_conditional_edges("verdict", continues, {"improved": "new_round", "stop": END})
    compiled = builder.compile(name="coevol")
    # Of a plain dict LangGraph writes only the keys that are there, and a thread keeps the others.
    compiled.nodes[START].mapper = whole_input
    return compiled


def add_debate(builder: StateGraph[State, Context, Sample, Output]) -> None:
    """Wire the two-stage debate between `new_round` and `advisor` (section 2.3).

    Both debaters of a stage speak at the same time; each second speech needs both first ones.
    """
    builder.add_edge("new_round", "positive_predetermined")
    builder.add_edge("new_round", "critical_predetermined")
    builder.add_edge(["positive_predetermined", "critical_predetermined"], "positive_free")
    builder.add_edge(["positive_predetermined", "critical_predetermined"], "critical_free")
    builder.add_edge(["positive_free", "critical_free"], "advisor")


graph = build()
