"""The comparison graph: two existing responses, judged in both orders (section 2.2).

It takes the state that an editor leaves: one response in `response`, the other in `edit`.
"""

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from nodes.context import Context
from nodes.judge import judge_edited_first, judge_original_first
from nodes.panel import to_judges
from nodes.state import State


def build() -> CompiledStateGraph[State, Context, State, State]:
    """Connect the judge's two nodes side by side, once for each judge of a panel."""
    builder = StateGraph(State, context_schema=Context)
    judges = (judge_original_first, judge_edited_first)
    for node in judges:
        builder.add_node(node.get_name(), node)
        builder.add_edge(node.get_name(), END)
    names = [node.get_name() for node in judges]
    builder.add_conditional_edges(START, to_judges(names), names)
    return builder.compile(name="comparison")


graph = build()
