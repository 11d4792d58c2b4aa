"""A new round begins: the memory of all agents is refreshed (Algorithm 1, line 17)."""

from langgraph.types import Overwrite

from nodes.context import Context
from nodes.node import Step
from nodes.state import Sample, State, Update


@Step
def new_round(state: State, context: Context) -> Update:
    """Clear what the agents remember; on the first round, the counters and the record as well.

    A round that goes on has left `improved` and no stop reason. Whoever comes otherwise comes from
    START, so that a served thread can be run again, also after a run that broke off. Raises
    pydantic's ValidationError if the input is not a sample.
    """
    memory: Update = {
        "speeches": Overwrite({}),
        "suggestions": None,
        "edit": None,
        "judgements": Overwrite({}),
        "outcome": None,
        "stop_reason": None,
    }
    if state.get("outcome") == "improved" and state.get("stop_reason") is None:
        return memory | {"k": state["k"] + 1}
    sample = Sample.model_validate(
        {name: value for name, value in state.items() if name in Sample.model_fields}
    )
    return memory | sample.model_dump() | {"k": 1, "rounds": []}
