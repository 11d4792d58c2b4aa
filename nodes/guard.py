"""The guard between editor and judges: cleans the edit, then passes or refuses it.

Not in the paper, whose judges see every edit unchanged. The checks are in `nodes.guards`.
"""

from collections.abc import Callable, Generator, Sequence
from typing import Any, NamedTuple

from langchain_core.runnables import Runnable, RunnableConfig
from typing_extensions import TypedDict  # see nodes.state

from nodes.context import Context, current_context
from nodes.editor import fault_of
from nodes.generators import arun_to_end, run_to_end
from nodes.guards.cleaning import clean
from nodes.guards.flaws import LONGEST, Exchange, Flaw, FlawLimits, find_flaws
from nodes.guards.layout import LAYOUT, LayoutCheck
from nodes.guards.own import GuardAnswer, OwnGuard
from nodes.state import Edit, Guarded, Refusal, Repaired, State, UnjudgedOutcome, Update, written

_SHOWN = 80
"""Most characters of a flaw that are kept in the record."""


class OwnCheck(NamedTuple):
    """A request to ask one of the user's guards about an edit."""

    guard: OwnGuard
    edit: Exchange


_Look = Generator[OwnCheck, GuardAnswer, Update]
"""The guard at work: yields requests to the user's guards, is sent their answers."""


class Guard(Runnable[State, Update]):
    """The guard's node. It calls the user's own guards, which may take a while."""

    def __init__(self, look: Callable[[State, Context], _Look]) -> None:
        self.name = look.__name__
        self._look = look

    def invoke(self, input: State, config: RunnableConfig | None = None, **_: Any) -> Update:
        """Clean and check the edit in this thread. Raises GuardFailedError."""
        look = self._look(input, current_context())
        return run_to_end(look, lambda asked: asked.guard.ask(asked.edit))

    async def ainvoke(self, input: State, config: RunnableConfig | None = None, **_: Any) -> Update:
        """Clean and check the edit. Raises GuardFailedError."""
        look = self._look(input, current_context())
        return await arun_to_end(look, lambda asked: asked.guard.aask(asked.edit))


@Guard
def guard(state: State, context: Context) -> _Look:
    """Clean the edit, and refuse it if it is still flawed.

    Without guards (`Context.guards`), the edit goes to the judges unchanged, unless the dataset's
    layout could not hold it (`Context.layout`). The user's guards are asked last, and only about
    edits that the others have passed.
    """
    guards, edit = context.chosen_guards, written(state["edit"])
    guarded = Guarded(cleaned=[], refused=[])
    if guards:
        request = _exchange(state, edit).request
        cleaned = clean(edit["response"], state["response"], request)
        if cleaned.text != edit["response"]:
            edit: Edit = {**edit, "response": cleaned.text}
        limits = FlawLimits(LONGEST, context.pack.judge_delimiters)
        flaws = find_flaws(_exchange(state, edit), limits, guards)
        refused = [_refusal(flaw, edit["response"]) for flaw in flaws]
        guarded = Guarded(cleaned=list(cleaned.taken), refused=refused)
    if context.layout is not None:
        guarded = _held_against(context.layout, guarded, _exchange(state, edit))
    if context.own_guards and not guarded["refused"] and fault_of(edit) is None:
        guarded = yield from _with_own(context.own_guards, _exchange(state, edit), guarded)
    return {"edit": edit, "guarded": guarded} if guards else {"guarded": guarded}


def _held_against(layout: LayoutCheck, guarded: Guarded, edit: Exchange) -> Guarded:
    """Refuse an edit that the dataset's layout could not hold."""
    found = layout(edit.original, edit.response)
    if found is None:
        return guarded
    refusal = _refusal(Flaw(LAYOUT, found), edit.response)
    return {**guarded, "refused": [*guarded["refused"], refusal]}


def _with_own(
    guards: Sequence[OwnGuard], edit: Exchange, guarded: Guarded
) -> Generator[OwnCheck, GuardAnswer, Guarded]:
    """Ask the user's guards; add their refusals and the seconds that each took to `guarded`."""
    refused, seconds = guarded["refused"], dict[str, float]()
    for guard in guards:
        answer = yield OwnCheck(guard, edit)
        seconds[guard.name] = round(answer.seconds, 6)
        refused = [
            *refused,
            *(_own_refusal(guard.name, why, edit.response) for why in answer.reasons),
        ]
    return {**guarded, "refused": refused, "seconds": seconds}


def refusal_of(state: State) -> UnjudgedOutcome | None:
    """Why this round's edit is not judged and can't win; None if it may be judged.

    An incomplete answer never wins, whatever guards there are.
    """
    guarded = state.get("guarded")
    is_refused = guarded is not None and bool(guarded["refused"])
    return fault_of(written(state["edit"])) or ("edit_refused" if is_refused else None)


class GuardRecord(TypedDict, total=False):
    """The part of a round's record that is about the guards."""

    guarded: Guarded
    repaired: list[Repaired]


def guard_record(state: State) -> GuardRecord:
    """The part of a round's record about the guards; empty if they found nothing."""
    guarded, repairs = state.get("guarded"), state.get("repairs")
    record = GuardRecord()
    if guarded and any(guarded.values()):
        record["guarded"] = guarded
    if repairs:
        record["repaired"] = repairs
    return record


def _exchange(state: State, edit: Edit) -> Exchange:
    """The edit together with the response before any edit, as in `coevol check`."""
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


def _own_refusal(guard: str, reason: str, response: str) -> Refusal:
    return {"guard": guard, "at": 0, "text": response[:_SHOWN], "reason": reason}
