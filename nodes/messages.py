"""Messages: turns a role's prompts into the messages that its model is sent."""

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
    """Return the messages of a role's first prompt: its role-play prompt, and a task filled in.

    With `system_role="merge"` the role-play prompt is put in front of the task (appendix A.2). A
    task that has the placeholder `{role_play}` becomes a single message, which carries the lengths
    of the beginnings that it shares with other prompts of the row (`BEGINNINGS`).
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
    """A role's system message. Cached: building it takes longer than filling in a task."""
    return SystemMessage(persona)


def second_turn(first: list[BaseMessage], speech: str, task: str) -> list[BaseMessage]:
    """Return the messages of a second prompt, after the first one and its answer (Eq. 7 and 8)."""
    return [*first, AIMessage(speech), HumanMessage(task)]


def values_of(state: State, context: Context) -> MappingProxyType[str, str]:
    """Return the values of `{preamble}`, `{sample}` and `{sample_request}`, with r as response."""
    return sample_values(context.pack, state["instruction"], state["input"], state["response"])
