"""The advisor: turns the debate into at most three writing suggestions (section 2.4, Table 8)."""

from nodes.context import Context
from nodes.debater import speech
from nodes.messages import opening, values_of
from nodes.node import Ask, Talk, agent
from nodes.state import State
from prompts.render import fill


@agent("advisor")
def advisor(state: State, context: Context) -> Talk:
    """Summarize the credible ideas of the debate (Eq. 9)."""
    debate = {
        "pos_pred": speech(state, "positive_predetermined"),
        "crt_pred": speech(state, "critical_predetermined"),
        "pos_free": speech(state, "positive_free"),
        "crt_free": speech(state, "critical_free"),
    }
    task = fill(context.pack.tasks.advisor, values_of(state, context) | debate)
    answer = yield Ask(opening(context, "advisor", task))
    return {"suggestions": answer}
