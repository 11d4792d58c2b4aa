"""The debaters: two rounds of debate about the response (section 2.3, Table 7)."""

from langchain_core.messages import BaseMessage

from nodes.context import Context
from nodes.messages import opening, second_turn, values_of
from nodes.node import Ask, Talk, agent
from nodes.state import State
from prompts.render import fill


@agent("positive")
def positive_predetermined(state: State, context: Context) -> Talk:
    """Say why the response is accurate (Eq. 5)."""
    answer = yield Ask(_positive_opening(state, context))
    return {"speeches": {"positive_predetermined": answer}}


@agent("critical")
def critical_predetermined(state: State, context: Context) -> Talk:
    """Say why the response is not accurate, and how to improve it (Eq. 6)."""
    answer = yield Ask(_critical_opening(state, context))
    return {"speeches": {"critical_predetermined": answer}}


@agent("positive")
def positive_free(state: State, context: Context) -> Talk:
    """Judge the critical debater's review, its own first speech in memory (Eq. 7)."""
    own, other = speech(state, "positive_predetermined"), speech(state, "critical_predetermined")
    task = fill(context.pack.tasks.positive_free, {"crt_pred": other})
    answer = yield Ask(second_turn(_positive_opening(state, context), own, task))
    return {"speeches": {"positive_free": answer}}


@agent("critical")
def critical_free(state: State, context: Context) -> Talk:
    """Judge the positive debater's review, its own first speech in memory (Eq. 8)."""
    own, other = speech(state, "critical_predetermined"), speech(state, "positive_predetermined")
    task = fill(context.pack.tasks.critical_free, {"pos_pred": other})
    answer = yield Ask(second_turn(_critical_opening(state, context), own, task))
    return {"speeches": {"critical_free": answer}}


def speech(state: State, node: str) -> str:
    """Return the text of a debater node's speech in this round."""
    return state["speeches"][node]["text"]


def _positive_opening(state: State, context: Context) -> list[BaseMessage]:
    task = context.pack.tasks.positive_predetermined
    return opening(context, "positive", task, values_of(state, context))


def _critical_opening(state: State, context: Context) -> list[BaseMessage]:
    task = context.pack.tasks.critical_predetermined
    return opening(context, "critical", task, values_of(state, context))
