"""The ablations of section 4.1: a graph for each framework, with the agents that it keeps.

    from graph.ablations import edit
    await edit.ainvoke({"instruction": "..."}, context={"model": "rehearsal"})

All but `coevol` make one pass without a judge: the edit replaces the response, unless the guards
refuse it. Where the paper leaves room, these are our choices:

    edit          The paper has the editor respond "according to the given instruction and the
                  input context": it sees neither suggestions nor the response, and writes anew.
    advise-blind  "We only show the given instructions and inputs to the advisor": to the advisor.
                  The editor is the same as in the other frameworks (Table 8) and does see the
                  response, so that this one differs from `advise` in one thing only. (The
                  authors' released code hides the response from the editor as well.)
    advise        The advisor sees the response, but there is no debate.
    debate        The two-stage debate, advisor and editor of the full framework: its first round
                  without the judge.
    coevol        The full framework with its loop: `graph.coevol`.
"""

from itertools import pairwise

from langgraph.graph import END, START, StateGraph

from graph import coevol
from graph.coevol import Builder, Graph
from graph.frameworks import Framework, OnePass
from nodes.adopt import adopt
from nodes.advisor import advisor, advisor_alone, advisor_blind
from nodes.debater import (
    critical_free,
    critical_predetermined,
    positive_free,
    positive_predetermined,
)
from nodes.editor import editor, editor_alone
from nodes.guard import guard
from nodes.new_round import new_round
from nodes.node import Agent
from nodes.prompted import PromptedContext
from nodes.repair import repair, repair_alone
from nodes.state import Output, Sample, State

_DEBATERS = (positive_predetermined, critical_predetermined, positive_free, critical_free)
_AGENTS: dict[OnePass, tuple[Agent, ...]] = {
    "edit": (editor_alone,),
    "advise-blind": (advisor_blind, editor),
    "advise": (advisor_alone, editor),
    "debate": (advisor, editor),
}
"""The agents that speak one after another, after the debate if the framework has one."""


def build(framework: Framework, *, judges_in_turn: bool = False) -> Graph:
    """Build a framework's graph. `judges_in_turn` only matters for `coevol`, which has judges."""
    if framework == "coevol":
        return coevol.build(judges_in_turn=judges_in_turn)
    return _one_pass(framework)


def _one_pass(framework: OnePass) -> Graph:
    builder: Builder = StateGraph(
        State, context_schema=PromptedContext, input_schema=Sample, output_schema=Output
    )
    agents = _AGENTS[framework]
    debaters = _DEBATERS if framework == "debate" else ()
    again = repair_alone if framework == "edit" else repair
    nodes = (new_round, *debaters, *agents, guard, again, adopt)
    coevol.add_nodes(builder, nodes, again, [adopt.get_name()])

    builder.add_edge(START, "new_round")
    if debaters:
        coevol.add_debate(builder)
    else:
        builder.add_edge("new_round", agents[0].get_name())
    for node, following in pairwise((*agents, guard)):
        builder.add_edge(node.get_name(), following.get_name())
    builder.add_edge("adopt", END)
    return coevol.compiled(builder, framework)


edit = _one_pass("edit")
advise_blind = _one_pass("advise-blind")
advise = _one_pass("advise")
debate = _one_pass("debate")
