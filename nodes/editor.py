"""The editor: rewrites the response by the advisor's suggestions (section 2.2, Table 8)."""

from langchain_core.messages import BaseMessage

from nodes.answer import is_unfinished
from nodes.context import Context
from nodes.guards.finish import ending_of
from nodes.messages import opening, values_of
from nodes.node import Ask, Talk, agent
from nodes.state import Answer, Edit, EditFault, State, written


@agent("editor")
def editor(state: State, context: Context) -> Talk:
    """Rewrite r into r' (Eq. 2)."""
    answer = yield Ask(asked(state, context), rewritten=state["response"])
    return {"edit": edit_of(answer)}


@agent("editor")
def editor_alone(state: State, context: Context) -> Talk:
    """Respond to instruction and input, without suggestions or r (section 4.1, `edit`)."""
    answer = yield Ask(asked_alone(state, context), rewritten=state["response"])
    return {"edit": edit_of(answer)}


def asked(state: State, context: Context) -> list[BaseMessage]:
    """Return the editor's first prompt, with r and the suggestions (Table 8)."""
    advice = {"adv_sugg": written(state["suggestions"])["text"], "pre_resp": state["response"]}
    return opening(context, "editor", context.pack.tasks.editor, values_of(state, context) | advice)


def asked_alone(state: State, context: Context) -> list[BaseMessage]:
    """Return the prompt of an editor that sees neither r nor suggestions (section 4.1, `edit`)."""
    return opening(context, "editor", context.pack.alone.editor_alone, values_of(state, context))


def edit_of(answer: Answer) -> Edit:
    """Make an edit whose response is the whole answer; the guard cleans it afterwards."""
    return {**answer, "response": answer["text"]}


def fault_of(edit: Edit) -> EditFault | None:
    """Why the edit is incomplete, and so must not replace r whatever a judge says; else None."""
    ending = ending_of(edit["finish_reason"])
    if ending == "filtered":
        return "edit_filtered"
    if is_unfinished(edit):
        return "edit_unfinished"
    if ending != "finished":
        return "edit_truncated"
    return None if edit["response"].strip() else "edit_empty"
