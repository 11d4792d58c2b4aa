"""Messages: how a role's prompts become the messages that its model is sent."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from nodes.context import Context
from nodes.models.prefixes import BEGINNINGS
from nodes.state import State
from prompts.placeholders import ROLE_PLAY
from prompts.render import beginnings, fill, places_role, sample_values
from prompts.roles import Role


def opening(
    context: Context, role: Role, task: str, values: Mapping[str, str]
) -> list[BaseMessage]:
    """A role's first prompt: who it is and, by a task of its pack, what it is asked.

    With `system_role="merge"` the role-play prompt stands in front of the task (appendix A.2). A
    task that says itself where it stands makes one message of both, and says how it begins.
    """
    persona = getattr(context.pack.roles, role)
    values = {**values, ROLE_PLAY: persona}
    said = fill(task, values)
    if places_role(task):
        return [HumanMessage(said, additional_kwargs={BEGINNINGS: beginnings(task, values)})]
    if context.system_role == "merge":
        return [HumanMessage(f"{persona}\n\n{said}")]
    return [_role_play(persona), HumanMessage(said)]


@lru_cache(maxsize=64)
def _role_play(persona: str) -> SystemMessage:
    """The same message for all calls of a role: to make one takes longer than to fill a task."""
    return SystemMessage(persona)


def second_turn(first: list[BaseMessage], speech: str, task: str) -> list[BaseMessage]:
    """A second prompt with the first one and its answer in memory (Eq. 7 and 8)."""
    return [*first, AIMessage(speech), HumanMessage(task)]


def values_of(state: State, context: Context) -> MappingProxyType[str, str]:
    """The sample's placeholders, with r, the response so far, as its response."""
    return sample_values(context.pack, state["instruction"], state["input"], state["response"])
