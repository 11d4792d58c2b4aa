"""The conversation graph: each assistant turn evolved in order by the CoEvol graph (section 3.2).

from graph.conversation import graph
await graph.ainvoke({"messages": [{"role": "user", "content": "..."}, ...]})
"""

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from graph.coevol import Graph
from graph.coevol import graph as coevol
from nodes.conversation import (
    Conversation,
    ConversationContext,
    ConversationOutput,
    ConversationState,
)
from nodes.internals import complete_input
from nodes.prompted import PromptedConversationContext
from nodes.turns import end_turn, new_conversation, next_turn, takes_turn, whole_conversation


def build(
    inner: Graph = coevol,
) -> CompiledStateGraph[ConversationState, ConversationContext, Conversation, ConversationOutput]:
    """Build the graph around `inner`, which evolves a single response. Its node is named after it.

    `inner` is a variant of `graph.coevol.build`, such as the one with its judges in turn, or one of
    `graph.ablations`.
    """
    name = inner.get_name()
    builder: StateGraph[
        ConversationState, ConversationContext, Conversation, ConversationOutput
    ] = StateGraph(
        ConversationState,
        context_schema=PromptedConversationContext,
        input_schema=Conversation,
        output_schema=ConversationOutput,
    )
    for node in (new_conversation, next_turn, end_turn):
        builder.add_node(node.get_name(), node)
    builder.add_node(name, inner)

    builder.add_edge(START, "new_conversation")
    builder.add_edge("new_conversation", "next_turn")
    builder.add_conditional_edges("next_turn", takes_turn, {"turn": name, "done": END})
    builder.add_edge(name, "end_turn")
    builder.add_edge("end_turn", "next_turn")
    compiled = builder.compile(name="conversation")
    complete_input(compiled, whole_conversation)
    return compiled


graph = build()
