"""The start of a round: the memory of all agents is cleared (Algorithm 1, line 17)."""

from typing import Any, cast

from nodes.context import Context
from nodes.human import require_checkpointer
from nodes.node import Step
from nodes.state import Sample, State, Update


@Step
def new_round(state: State, context: Context) -> Update:
    """Clear what the agents remember; on the first round, the counters and the record as well.

    Unless the previous round continues, the input came from START: so a served thread can be run
    again, even after a run that failed. Raises pydantic's ValidationError if the input is not a
    sample, HumanVerdictError if a person is to decide and the run can't wait, ModelError or
    PromptPackError if an agent could not speak.
    """
    memory: Update = {
        "speeches": None,
        "suggestions": None,
        "edit": None,
        "guarded": None,
        "repairs": None,
        "judgements": None,
        "seat": None,
        "outcome": None,
        "stop_reason": None,
    }
    if _goes_on(state):
        return {**memory, "k": state["k"] + 1}
    context.check()
    if context.human_verdict:
        require_checkpointer()
    given = {name: value for name, value in state.items() if name in Sample.model_fields}
    sample = Sample.model_validate({key: each for key, each in given.items() if each is not None})
    return {
        **memory,
        "id": sample.id,
        "instruction": sample.instruction,
        "input": sample.input,
        "response": sample.response,
        "k": 1,
        "rounds": [],
    }


def whole_input(given: Any) -> Any:
    """Set the keys that an input leaves out to None, so that nothing is left of an earlier sample.

    Raises pydantic's ValidationError for an Alpaca row, whose response is in `output`: LangGraph
    drops unknown keys, and would evolve a sample without a response. Other unknown keys are
    accepted, because a graph that uses this one as a node passes it the whole of its own state.
    """
    if not isinstance(given, dict):
        return given
    named = cast("dict[str, Any]", given)
    if "output" in named and named.get("response") is None:
        known = named.keys() & {*Sample.model_fields, "output"}
        Sample.model_validate({name: named[name] for name in known - {"response"}})
    return {**dict.fromkeys(Sample.model_fields), **named}


def _goes_on(state: State) -> bool:
    """Whether the last round's edit won, the run has not ended, and the edit is the response now.

    The last condition fails if new input has come since, and so does a key that is left out.
    """
    if state.get("outcome") != "improved" or state.get("stop_reason") is not None:
        return False
    if any(state.get(name) is None for name in Sample.model_fields):
        return False
    return state["rounds"][-1]["edit"]["response"] == state["response"]
