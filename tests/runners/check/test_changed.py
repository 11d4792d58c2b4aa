"""Hygiene: which responses of a row are looked at, and what each rule sees in them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodes.conversation import Turn
from nodes.guards.flaws import FLAWS, LONGEST, Exchange, FlawLimits, flaws_in
from nodes.state import Round
from runners.check.changed import flaws_of
from runners.folder.records import ConversationEvolution, Evolution, Failure

ORIGINAL = "The tide clock shows high and low water. It runs on 1 battery, and hangs on a wall."


def played(response: str, outcome: str = "improved", finish_reason: str | None = "stop") -> Round:
    """A round whose edit is this response."""
    answer = {"text": response, "finish_reason": finish_reason, "model": None}
    answer |= {"input_tokens": None, "output_tokens": None}
    round_: Any = {
        "k": 1,
        "response": "",
        "speeches": {},
        "suggestions": answer,
        "edit": {**answer, "response": response},
        "judgements": {},
        "original_score": 0,
        "edited_score": 2,
        "outcome": outcome,
        "flags": [],
    }
    return round_


def sample(
    response: str, *rounds: Round, original: str = ORIGINAL, instruction: str = "Describe it."
) -> Evolution:
    """The record of a sample; without rounds, of one whose edit won at once."""
    return Evolution(
        id="a",
        instruction=instruction,
        input="",
        original_response=original,
        response=response,
        rounds=list(rounds or [played(response)]),
    )


def turn(response: str, *rounds: Round) -> Turn:
    return {
        "index": 1,
        "instruction": "USER: What is it? ASSISTANT:",
        "original_response": ORIGINAL,
        "response": response,
        "rounds": list(rounds),
        "stop_reason": "max_rounds",
        "skipped": None,
    }


REFUSAL = "I'm sorry, but as an AI language model I can't describe 1 clock."


def test_what_won_is_looked_at() -> None:
    assert flaws_of(sample(REFUSAL)) == ["refusal"]


def test_what_did_not_win_is_not() -> None:
    assert flaws_of(sample(ORIGINAL, played(REFUSAL, "not_improved"))) == []
    failure = Failure(stage="editor", error="X", message="x", attempts=1)
    assert flaws_of(sample(ORIGINAL).model_copy(update={"failure": failure, "rounds": []})) == []


def test_what_the_original_has_is_no_flaw() -> None:
    assert flaws_of(sample(f"{REFUSAL} Really.", original=REFUSAL)) == []
    assert flaws_of(sample(REFUSAL, original=REFUSAL)) == []


def test_of_a_conversation_all_turns_that_changed() -> None:
    turns = [
        turn(f"### Response:\n{ORIGINAL}", played("", "not_improved")),
        turn(REFUSAL, played(REFUSAL)),
        turn(f"{ORIGINAL}</s>", played("")),
    ]
    record = ConversationEvolution(id="a", messages=[], turns=turns)
    assert flaws_of(record) == ["scaffolding", "tokens", "refusal"]


def test_the_answer_that_won_last_tells_whether_it_was_cut_off() -> None:
    cut, whole = played(ORIGINAL, finish_reason="length"), played(f"{ORIGINAL} Yes.")
    lost = played("x", "edit_truncated", finish_reason="length")
    assert flaws_of(sample(f"{ORIGINAL} Yes.", cut, whole, lost)) == []
    assert flaws_of(sample(f"{ORIGINAL} Yes.", whole, cut)) == ["unfinished", "cut_off"]


def test_the_limit_on_length() -> None:
    record = sample(f"{ORIGINAL} " * 20)
    assert flaws_of(record) == ["too_long"]
    assert flaws_of(record, longest=30) == []
    short = sample("Paris. " * 50, original="Paris")
    assert flaws_of(short) == []
    assert flaws_of(short, longest=3) == ["too_long"]


def test_the_delimiters_are_those_of_the_pack() -> None:
    record = sample(f"{ORIGINAL} [system] <<first>>")
    assert flaws_of(record) == ["delimiter"]
    assert flaws_of(record, delimiters=["<<FIRST>>"]) == ["delimiter"]
    assert flaws_of(record, delimiters=["<<second>>"]) == []


@pytest.mark.parametrize("flaw", FLAWS)
def test_every_flaw_is_explained_on_one_line(flaw: str) -> None:
    assert FLAWS[flaw].strip()
    assert "\n" not in FLAWS[flaw]


LEAKS = [
    "### Response:\n",
    "```\n",
    "ASSISTANT:",
    "</s>",
    "<s>",
    "I'm sorry, but I can't ",
    "[System]",
]
TEXTS = st.lists(st.sampled_from(LEAKS) | st.text(max_size=8), max_size=6).map("".join)


@settings(max_examples=200)
@given(TEXTS, TEXTS, TEXTS)
def test_any_text_can_be_judged(request: str, original: str, response: str) -> None:
    limits = FlawLimits(LONGEST, ["[System]"])
    assert set(flaws_in(Exchange(request, "", original, response), limits)) <= set(FLAWS)
    same = flaws_in(Exchange(request, "", original, original), limits)
    assert same == (["identical"] if original.strip() else ["empty"])
