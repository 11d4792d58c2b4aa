"""The editor: rewrites the response by the advisor's suggestions (section 2.2, Table 8)."""

from nodes.context import Context
from nodes.guards.cleaning import clean
from nodes.messages import opening, values_of
from nodes.node import Ask, Talk, agent
from nodes.state import Answer, Edit, State, written
from prompts.render import fill


@agent("editor")
def editor(state: State, context: Context) -> Talk:
    """Rewrite r into r' (Eq. 2)."""
    advice = {"adv_sugg": written(state["suggestions"])["text"], "pre_resp": state["response"]}
    task = fill(context.pack.tasks.editor, values_of(state, context) | advice)
    answer = yield Ask(opening(context, "editor", task))
    return {"edit": _edit(answer, state["response"])}


@agent("editor")
def editor_alone(state: State, context: Context) -> Talk:
    """Respond to instruction and input, without suggestions or r (section 4.1, `edit`)."""
    task = fill(context.pack.alone.editor_alone, values_of(state, context))
    answer = yield Ask(opening(context, "editor", task))
    return {"edit": _edit(answer, state["response"])}


def _edit(answer: Answer, previous: str) -> Edit:
    return {**answer, "response": clean(answer["text"], previous).text}


def is_empty(edit: Edit) -> bool:
    """Tell whether nothing is left of the edit to put in the response's place."""
    return not edit["response"].strip()


def is_truncated(edit: Edit) -> bool:
    """Tell whether the edit was cut off by max_tokens."""
    return edit["finish_reason"] == "length"
