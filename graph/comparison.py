"""The comparison graph: two responses that are there, judged in both orders (section 2.2).

It takes the state as an editor leaves it: `response` is the one, `edit` holds the other.
"""

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from nodes.context import Context
from nodes.judge import judge_edited_first, judge_original_first
from nodes.state import State


def build() -> CompiledStateGraph[State, Context, State, State]:
    """Wire the judge's two nodes side by side, and nothing else."""
    builder = StateGraph(State, context_schema=Context)
    for node in (judge_original_first, judge_edited_first):
        builder.add_node(node.get_name(), node)
        builder.add_edge(START, node.get_name())
        builder.add_edge(node.get_name(), END)
    return builder.compile(name="comparison")


graph = build()
