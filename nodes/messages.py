"""Messages: how a role's prompts become the messages that its model is sent."""

from types import MappingProxyType

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from nodes.context import Context
from nodes.state import State
from prompts.render import sample_values
from prompts.roles import Role


def opening(context: Context, role: Role, task: str) -> list[BaseMessage]:
    """A role's first prompt: who it is and what it is asked.

    With `system_role="merge"` the role-play prompt stands in front of the task (appendix A.2).
    """
    persona = getattr(context.pack.roles, role)
    if context.system_role == "merge":
        return [HumanMessage(f"{persona}\n\n{task}")]
    return [SystemMessage(persona), HumanMessage(task)]


def second_turn(first: list[BaseMessage], speech: str, task: str) -> list[BaseMessage]:
    """A second prompt with the first one and its answer in memory (Eq. 7 and 8)."""
    return [*first, AIMessage(speech), HumanMessage(task)]


def values_of(state: State, context: Context) -> MappingProxyType[str, str]:
    """The sample's placeholders, with r, the response so far, as its response."""
    return sample_values(context.pack, state["instruction"], state["input"], state["response"])
