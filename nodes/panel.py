"""A panel: several judges at the same time, each in a step of its own (not in the paper)."""

from collections.abc import Sequence

from langgraph.types import Send

from nodes.context import Context
from nodes.guard import refusal_of
from nodes.node import Step
from nodes.orders import ORDERS
from nodes.state import State


def to_judges(following: Sequence[str]) -> Step:
    """Make the router that `by_judge` describes."""

    @Step
    def judges(state: State, context: Context) -> Sequence[str | Send]:
        return by_judge(following, state, context)

    return judges


def by_judge(following: Sequence[str], state: State, context: Context) -> Sequence[str | Send]:
    """Return the nodes to go to next; a judge's node once for each judge of a panel, in parallel.

    Once in all with economy, where a judge waits for the one before, and for a refused edit.
    """
    if len(context.judges) == 1 or context.economy or refusal_of(state) is not None:
        return following
    sent = ((node, judge) for node in following if node in ORDERS for judge in context.judges)
    others = [node for node in following if node not in ORDERS]
    return [*others, *(Send(node, {**state, "judges": [judge]}) for node, judge in sent)]
