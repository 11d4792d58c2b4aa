"""A new round alone: what it clears, what it keeps, and when it begins from the start."""

from typing import Any

import pytest
from pydantic import ValidationError

from nodes.context import Context
from nodes.human import HumanVerdictError
from nodes.models.problems import ModelError
from nodes.new_round import new_round, whole_input
from prompts.pack import PromptPackError
from tests.nodes.alone import INSTRUCTION, RESPONSE, alone, judgement, state, update_of

CLEARED = {
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
SAMPLE = {"id": "colours", "instruction": INSTRUCTION, "input": "", "response": RESPONSE}
AFRESH: dict[str, Any] = {**CLEARED, **SAMPLE, "k": 1, "rounds": []}


def won(**changes: Any) -> Any:
    """The state after a round that goes on: its edit is the response now."""
    before = state(k=1, outcome="improved", judgements={"judge_edited_first": judgement("edited")})
    return {**before, **changes}


async def test_after_a_round_that_was_won_the_memory_is_cleared_and_nothing_else() -> None:
    assert (await alone(new_round, won())).update == {**CLEARED, "k": 2}


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": None},
        {"outcome": "not_improved"},
        {"outcome": "adopted"},
        {"stop_reason": "max_rounds"},
    ],
    ids=str,
)
async def test_after_a_run_that_ended_or_broke_off_all_begins_again(change: Any) -> None:
    assert (await alone(new_round, won(**change))).update == AFRESH


async def test_a_new_response_is_a_new_sample() -> None:
    update = (await alone(new_round, won(response="violet"))).update
    assert update == {**AFRESH, "response": "violet"}


async def test_what_a_sample_leaves_out_is_nothing_of_an_earlier_one() -> None:
    given = whole_input({"instruction": "Name two animals."})
    assert given == {
        "instruction": "Name two animals.",
        "id": None,
        "input": None,
        "response": None,
    }
    update = (await alone(new_round, won(**given))).update
    sample = {"id": "", "instruction": "Name two animals.", "input": "", "response": ""}
    assert update == {**AFRESH, **sample}


async def test_a_sample_without_instruction_takes_no_older_one() -> None:
    given = whole_input({"response": RESPONSE})  # which an edit has won with before
    with pytest.raises(ValidationError, match=r"instruction\n.*required"):
        await alone(new_round, won(**given))


def test_a_row_of_alpaca_is_no_sample_without_a_response() -> None:
    row = {"instruction": "Name three colours.", "input": "", "output": RESPONSE}
    with pytest.raises(ValidationError, match=r"output\n.*not permitted"):
        whole_input(row)
    assert whole_input({**row, "response": RESPONSE})["response"] == RESPONSE


@pytest.mark.parametrize("given", [None, 5, "red"])
def test_an_input_that_is_no_dict_is_left_to_the_graph(given: Any) -> None:
    assert whole_input(given) is given


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"instruction": None}, r"instruction\n.*required"),
        ({"response": 5}, r"response\n.*valid string"),
    ],
)
async def test_what_is_no_sample_is_refused(change: Any, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        await alone(new_round, state(**change))


async def test_a_pack_that_is_not_there_is_told_before_anything_is_paid() -> None:
    with pytest.raises(PromptPackError, match=r"nowhere\.yaml"):
        await alone(new_round, state(), prompt_pack="nowhere.yaml")


async def test_a_model_that_is_not_there_is_told_before_anything_is_paid() -> None:
    with pytest.raises(ModelError, match="model 'clever': unknown"):
        await update_of(new_round, state(), Context(judge_model="clever"))


async def test_a_person_can_be_asked_where_the_run_can_wait_only() -> None:
    with pytest.raises(HumanVerdictError, match="without a checkpointer"):
        await alone(new_round, state(), human_verdict=True)
    update = (await alone(new_round, won(), human_verdict=True)).update
    assert update["k"] == 2  # it was found out in the first round
