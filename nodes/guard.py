"""The guard between editor and judges: cleans the edit, then lets it pass or refuses it.

Not in the paper, whose judges see every edit as it came. The rules are `nodes.guards`.
"""

from typing_extensions import TypedDict  # as for the state

from nodes.context import Context
from nodes.editor import fault_of
from nodes.guards.cleaning import clean
from nodes.guards.flaws import LONGEST, Exchange, Flaw, Limits, find_flaws
from nodes.node import Step
from nodes.state import Edit, Guarded, Refusal, Refused, State, Update, written

_SHOWN = 80
"""Characters of a flaw that are kept in the record."""


@Step
def guard(state: State, context: Context) -> Update:
    """Take off what editors leak around a response, and refuse an edit that still has a flaw.

    Without guards (`Context.guards`) the edit goes to the judges as it came.
    """
    guards = context.chosen_guards
    if not guards:
        return {"guarded": Guarded(cleaned=[], refused=[])}
    edit, request = written(state["edit"]), f"{state['instruction']}\n\n{state['input']}"
    cleaned = clean(edit["response"], state["response"], request)
    edit = edit if cleaned.text == edit["response"] else _with_response(edit, cleaned.text)
    limits = Limits(LONGEST, context.pack.judge_delimiters)
    flaws = find_flaws(_exchange(state, edit), limits, guards)
    refused = [_refusal(flaw, edit["response"]) for flaw in flaws]
    return {"edit": edit, "guarded": Guarded(cleaned=list(cleaned.taken), refused=refused)}


def refusal_of(state: State) -> Refused | None:
    """Why this round's edit does not advance and no judge is asked; None if one may be.

    What is no whole answer never advances, whatever guards there are.
    """
    guarded = state.get("guarded")
    is_refused = guarded is not None and bool(guarded["refused"])
    return fault_of(written(state["edit"])) or ("edit_refused" if is_refused else None)


class Kept(TypedDict, total=False):
    """The part of a round's record that is the guards'."""

    guarded: Guarded


def kept(guarded: Guarded | None) -> Kept:
    """What a round's record has of the guards: nothing where they found nothing."""
    if guarded is None or not (guarded["cleaned"] or guarded["refused"]):
        return {}
    return {"guarded": guarded}


def _with_response(edit: Edit, response: str) -> Edit:
    return {**edit, "response": response}


def _exchange(state: State, edit: Edit) -> Exchange:
    """The edit beside the response before any edit: the same that `coevol check` looks at."""
    rounds = state["rounds"]
    original = rounds[0]["response"] if rounds else state["response"]
    return Exchange(
        state["instruction"],
        state["input"],
        original,
        edit["response"],
        edit["finish_reason"],
        state["response"],
    )


def _refusal(flaw: Flaw, response: str) -> Refusal:
    shown = response[flaw.span.start : min(flaw.span.end, flaw.span.start + _SHOWN)]
    refusal: Refusal = {"guard": flaw.name, "at": flaw.span.start, "text": shown}
    return {**refusal, "reason": flaw.span.reason} if flaw.span.reason else refusal
