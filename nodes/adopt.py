"""The end of a pass without a judge: r' replaces r (section 4.1)."""

from nodes.context import Context
from nodes.guard import guard_record, refusal_of
from nodes.node import Step
from nodes.state import Outcome, Round, State, Update, written


@Step
def adopt(state: State, context: Context) -> Update:
    """Record the pass, and let r' replace r unless it is incomplete or flawed."""
    edit = written(state["edit"])
    outcome: Outcome = refusal_of(state) or "adopted"
    finished: Round = {
        "k": state["k"],
        "response": state["response"],
        "speeches": state["speeches"],
        "suggestions": state["suggestions"],
        "edit": edit,
        "judgements": {},
        "original_score": 0,
        "edited_score": 0,
        "outcome": outcome,
        "flags": [],
        **guard_record(state),
    }
    return {
        "response": edit["response"] if outcome == "adopted" else state["response"],
        "rounds": [finished],
        "outcome": outcome,
        "stop_reason": outcome,
    }
