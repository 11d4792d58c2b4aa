"""Repair: an edit that the guards refused is asked for again, its flaws named.

Not in the paper, and off by default (`Context.repair`).
"""

from collections.abc import Sequence

from langchain_core.messages import BaseMessage, HumanMessage
from langgraph.types import Send

from nodes.context import Context
from nodes.editor import asked, asked_alone, edit_of, fault_of
from nodes.guards.flaws import FLAWS
from nodes.messages import second_turn
from nodes.node import Ask, Route, Talk, agent
from nodes.panel import by_judge
from nodes.state import Edit, Refusal, Repaired, State, written
from prompts.render import fill

_LONGEST = 80
"""Characters of a flaw that are quoted: what is longer is the response itself."""


@agent("editor")
def repair(state: State, context: Context) -> Talk:
    """Ask the editor once more, with its own edit in memory and what is wrong with it."""
    return (yield from _again(state, context, asked(state, context)))


@agent("editor")
def repair_alone(state: State, context: Context) -> Talk:
    """The same of an editor that has seen neither suggestions nor r (section 4.1, `edit`)."""
    return (yield from _again(state, context, asked_alone(state, context)))


def repaired_or(following: Sequence[str], repair: str) -> Route:
    """From the guard to `repair` if the edit is asked for again, or to the nodes that follow."""

    def repairs(state: State, context: Context) -> Sequence[str | Send]:
        return [repair] if _is_due(state, context) else by_judge(following, state, context)

    return repairs


def _is_due(state: State, context: Context) -> bool:
    """Whether a refused edit is asked for again. What the endpoint filtered it would again."""
    if not written(state["guarded"])["refused"]:
        return False
    is_filtered = fault_of(written(state["edit"])) == "edit_filtered"
    return len(state.get("repairs") or []) < context.repair and not is_filtered


def _again(state: State, context: Context, first: list[BaseMessage]) -> Talk:
    edit, guarded = written(state["edit"]), written(state["guarded"])
    flaws = "\n".join(f"- {_named(each, edit)}" for each in guarded["refused"])
    task = fill(context.pack.repair_task, {"flaws": flaws})
    answer = yield Ask(_with_memory(first, edit, task), rewritten=state["response"])
    former: Repaired = {"edit": edit, "guarded": guarded}
    done = [*(state.get("repairs") or []), former]
    return {"edit": edit_of(answer), "repairs": done}


def _with_memory(first: list[BaseMessage], edit: Edit, task: str) -> list[BaseMessage]:
    """The editor's first prompt and edit, then the task; of an empty edit nothing can be shown."""
    if edit["text"].strip():
        return second_turn(first, edit["text"], task)
    return [*first[:-1], HumanMessage(f"{first[-1].text}\n\n{task}")]


def _named(refusal: Refusal, edit: Edit) -> str:
    """A flaw in words, and where it is not the whole of the edit, in the edit's own."""
    meaning, reason = FLAWS.get(refusal["guard"]), refusal.get("reason")
    words = ": ".join(each for each in (meaning, reason) if each)
    is_part = len(refusal["text"]) < min(_LONGEST, len(edit["response"]))
    return f"{words}: {refusal['text']!r}" if is_part and refusal["text"] else words
