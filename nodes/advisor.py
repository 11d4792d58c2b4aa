"""The advisor: turns the debate into at most three writing suggestions (section 2.4, Table 8).

Without a debate it makes suggestions of its own (Eq. 1): two of section 4.1's ablations.
"""

from nodes.context import Context
from nodes.debater import speech
from nodes.messages import opening, values_of
from nodes.node import Ask, Talk, agent
from nodes.state import State


@agent("advisor")
def advisor(state: State, context: Context) -> Talk:
    """Summarize the credible ideas of the debate (Eq. 9)."""
    debate = {
        "pos_pred": speech(state, "positive_predetermined"),
        "crt_pred": speech(state, "critical_predetermined"),
        "pos_free": speech(state, "positive_free"),
        "crt_free": speech(state, "critical_free"),
    }
    values = values_of(state, context) | debate
    answer = yield Ask(opening(context, "advisor", context.pack.tasks.advisor, values))
    return {"suggestions": answer}


@agent("advisor")
def advisor_alone(state: State, context: Context) -> Talk:
    """Make suggestions from instruction, input and r, without a debate (`advise + edit`)."""
    task = context.pack.alone.advisor_alone
    answer = yield Ask(opening(context, "advisor", task, values_of(state, context)))
    return {"suggestions": answer}


@agent("advisor")
def advisor_blind(state: State, context: Context) -> Talk:
    """Make suggestions from instruction and input only (`advise (w/o resp) + edit`)."""
    task = context.pack.alone.advisor_blind
    answer = yield Ask(opening(context, "advisor", task, values_of(state, context)))
    return {"suggestions": answer}
