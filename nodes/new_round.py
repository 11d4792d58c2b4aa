"""A new round begins: the memory of all agents is refreshed (Algorithm 1, line 17)."""

from typing import Any

from langgraph.types import Overwrite

from nodes.context import Context
from nodes.node import Step
from nodes.state import Sample, State


@Step
def new_round(state: State, context: Context) -> dict[str, Any]:
    """Clear what the agents remember; on the first round, the counters and the record as well.

    A round that went on has left `improved` and no stop reason. Whoever comes otherwise comes from
    START, so that a served thread can be run again, also after a run that broke off. Raises
    pydantic's ValidationError if the input is not a sample.
    """
    memory = {
        "speeches": Overwrite({}),
        "suggestions": None,
        "edit": None,
        "judgements": Overwrite({}),
        "outcome": None,
        "stop_reason": None,
    }
    if state.get("outcome") == "improved" and state.get("stop_reason") is None:
        return {**memory, "k": state.get("k", 0) + 1}
    given: Update = {name: state[name] for name in Sample.model_fields if name in state}
    sample = Sample.model_validate(given)
    return {**memory, **sample.model_dump(), "k": 1, "rounds": []}
