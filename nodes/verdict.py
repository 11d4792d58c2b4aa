"""The verdict: does the edited response advance (section 2.2, Eq. 4; Algorithm 1, line 15)?"""

from collections.abc import Mapping
from typing import Literal

from nodes.context import Context
from nodes.guard import guard_record, refusal_of
from nodes.human import PERSON, HumanVerdictError, ask_person
from nodes.node import Step
from nodes.scores import Scores, advances, scores_of
from nodes.state import Judgement, Outcome, Round, State, StopReason, Update, written


@Step
def verdict(state: State, context: Context) -> Update:
    """Add up the judgements, record the round, and let r' replace r if s(r') > s(r).

    With `human_verdict` it first waits for a person, whose judgement then counts alone.
    """
    judgements = _judgements(state, context)
    scores, compared = _compared(judgements, context)
    outcome = refusal_of(state) or compared
    edit = written(state["edit"])
    finished: Round = {
        "k": state["k"],
        "response": state["response"],
        "speeches": state["speeches"],
        "suggestions": written(state["suggestions"]),
        "edit": edit,
        "judgements": judgements,
        "original_score": scores.original,
        "edited_score": scores.edited,
        "outcome": outcome,
        "flags": flags_of(state, context),
        **guard_record(state),
    }
    return {
        "response": edit["response"] if outcome == "improved" else state["response"],
        "judgements": judgements,
        "rounds": [*state["rounds"], finished],
        "outcome": outcome,
        # A thread's state is its client's: no k below 1 makes the loop longer than K.
        "stop_reason": _stop_reason(outcome, is_last=not 0 < state["k"] < context.max_rounds),
    }


@Step
def continues(state: State, context: Context) -> Literal["improved", "stop"]:
    """Continue with another round while the edit wins and k < K."""
    return "improved" if state["stop_reason"] is None else "stop"


def _compared(judgements: Mapping[str, Judgement], context: Context) -> tuple[Scores, Outcome]:
    """Return s(r) and s(r'), and whether r' wins; a person's word needs no margin."""
    if PERSON in judgements:
        scores = Scores.of_one(judgements[PERSON])
        wins = scores.difference > 0
    else:
        scores = scores_of(judgements.values(), context)
        wins = advances(scores, context)
    return scores, "improved" if wins else "not_improved"


def _judgements(state: State, context: Context) -> dict[str, Judgement]:
    """All judgements of this round, a person's among them. Raises HumanVerdictError."""
    if context.human_verdict and refusal_of(state) is None:
        return {**state["judgements"], PERSON: ask_person(state)}
    if state.get("seat") == PERSON:  # else the answer would be ignored
        raise HumanVerdictError(
            "the run waits for a person, but goes on without human_verdict: give it the context "
            "with which it began"
        )
    return state["judgements"]


def _stop_reason(outcome: Outcome, *, is_last: bool) -> StopReason | None:
    if outcome != "improved":
        return outcome
    return "max_rounds" if is_last else None


def flags_of(state: State, context: Context) -> list[str]:
    """Flag text that looks like the layout of the judge's prompt: it may mislead the judge."""
    edited = written(state["edit"])["response"]
    texts = (state["instruction"], state["input"], state["response"], edited)
    text = "\n".join(texts).lower()  # a mark is on one line
    found = any(mark.lower() in text for mark in context.pack.judge_delimiters)
    return ["judge_delimiter"] if found else []
