"""Repair: asks the editor again for an edit that the guards refused, naming its flaws.

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
"""Longest flaw, in characters, that is quoted: a longer one is the response itself."""


@agent("editor")
def repair(state: State, context: Context) -> Talk:
    """Ask the editor once more, with its own edit in memory and what is wrong with it."""
    return (yield from _again(state, context, asked(state, context)))


@agent("editor")
def repair_alone(state: State, context: Context) -> Talk:
    """The same for an editor that has seen neither suggestions nor r (section 4.1, `edit`)."""
    return (yield from _again(state, context, asked_alone(state, context)))


def repaired_or(following: Sequence[str], repair: str) -> Route:
    """From the guard to `repair` if the edit is asked for again, or to the nodes that follow."""

    def repairs(state: State, context: Context) -> Sequence[str | Send]:
        return [repair] if _is_due(state, context) else by_judge(following, state, context)

    return repairs


def _is_due(state: State, context: Context) -> bool:
    """Whether to ask again; not if the endpoint filtered the edit, as it would again."""
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
    """The editor's first prompt and its edit, then the task; an empty edit is left out."""
    if edit["text"].strip():
        return second_turn(first, edit["text"], task)
    return [*first[:-1], HumanMessage(f"{first[-1].text}\n\n{task}")]


def _named(refusal: Refusal, edit: Edit) -> str:
    """A flaw in words, with the words of the edit that it is in, unless that is all of it."""
    meaning, reason = FLAWS.get(refusal["guard"]), refusal.get("reason")
    words = ": ".join(each for each in (meaning, reason) if each)
    is_part = len(refusal["text"]) < min(_LONGEST, len(edit["response"]))
    return f"{words}: {refusal['text']!r}" if is_part and refusal["text"] else words
