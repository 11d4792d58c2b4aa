"""A new round begins: the memory of all agents is refreshed (Algorithm 1, line 17)."""

from langgraph.types import Overwrite

from nodes.context import Context
from nodes.node import Step
from nodes.state import Sample, State, Update


@Step
def new_round(state: State, context: Context) -> Update:
    """Clear what the agents remember; on the first round, the counters and the record as well.

    Whoever does not come from a round that goes on comes from START: so a served thread can be run
    again, also after a run that broke off. Raises pydantic's ValidationError if the input is not
    a sample.
    """
    memory: Update = {
        "speeches": Overwrite({}),
        "suggestions": None,
        "edit": None,
        "judgements": Overwrite({}),
        "outcome": None,
        "stop_reason": None,
    }
    if _goes_on(state):
        return memory | {"k": state["k"] + 1}
    sample = Sample.model_validate(
        {name: value for name, value in state.items() if name in Sample.model_fields}
    )
    return memory | sample.model_dump() | {"k": 1, "rounds": []}


def _goes_on(state: State) -> bool:
    """Tell whether the last round's edit won, did not end the run, and is the response now.

    The last holds unless new input has come since.
    """
    if state.get("outcome") != "improved" or state.get("stop_reason") is not None:
        return False
    return state["rounds"][-1]["edit"]["response"] == state["response"]
