"""Prompts in the settings: Studio shows and edits the texts of each node at that node.

Every role and task prompt of the pack (Tables 7 to 9) is a field of the served graphs' contexts. A
field that is empty or equal to the paper's text has no effect: the pack's text is used.
"""

from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from nodes.context import Context
from nodes.conversation import ConversationContext
from nodes.serving import check_size
from prompts.pack import PromptPack, load_pack
from prompts.placeholders import check_placeholders

_NODES = {
    "roles.positive": ["positive_predetermined", "positive_free"],
    "roles.critical": ["critical_predetermined", "critical_free"],
    "roles.advisor": ["advisor"],
    "roles.editor": ["editor", "repair"],
    "roles.judge": ["judge_original_first", "judge_edited_first"],
    "tasks.positive_predetermined": ["positive_predetermined"],
    "tasks.critical_predetermined": ["critical_predetermined"],
    "tasks.positive_free": ["positive_free"],
    "tasks.critical_free": ["critical_free"],
    "tasks.advisor": ["advisor"],
    "tasks.editor": ["editor", "repair"],
    "tasks.judge": ["judge_original_first", "judge_edited_first"],
}
"""Where Studio offers each text of the pack: at the nodes whose calls contain it."""


def _is_own(field: str, text: str) -> bool:
    """Whether a text is neither blank nor the built-in pack's."""
    return bool(text.strip()) and text != load_pack().text(field)


def _field_of(name: str) -> str:
    """Return the pack's name of a setting: `tasks.advisor` of `advisor_task`."""
    of, _, part = name.rpartition("_")
    return f"{part}s.{of}"


def _checked(text: str, info: ValidationInfo) -> str:
    """Return the text. Raises ValueError if a changed one has wrong placeholders."""
    field = _field_of(str(info.field_name))
    if _is_own(field, text):
        check_placeholders(field, text)
    return text


Prompt = Annotated[str, AfterValidator(_checked)]


def _prompt(field: str) -> Any:
    part, _, name = field.partition(".")
    what = "Who it is told to be" if part == "roles" else "What it is asked"
    return Field(
        default=load_pack().text(field),
        description=f"{what}: {name.replace('_', ' ')}. As it is, or empty: as the pack has it.",
        json_schema_extra={"langgraph_nodes": [*_NODES[field]], "langgraph_type": "prompt"},
    )


class PromptedContext(Context):
    """Settings as a served graph takes them: the words of every agent are among them."""

    positive_role: Prompt = _prompt("roles.positive")
    critical_role: Prompt = _prompt("roles.critical")
    advisor_role: Prompt = _prompt("roles.advisor")
    editor_role: Prompt = _prompt("roles.editor")
    judge_role: Prompt = _prompt("roles.judge")
    positive_predetermined_task: Prompt = _prompt("tasks.positive_predetermined")
    critical_predetermined_task: Prompt = _prompt("tasks.critical_predetermined")
    positive_free_task: Prompt = _prompt("tasks.positive_free")
    critical_free_task: Prompt = _prompt("tasks.critical_free")
    advisor_task: Prompt = _prompt("tasks.advisor")
    editor_task: Prompt = _prompt("tasks.editor")
    judge_task: Prompt = _prompt("tasks.judge")

    @cached_property
    def pack(self) -> PromptPack:
        """The prompt pack with the texts that were changed. Raises PromptPackError."""
        pack, own = super().pack, self._own_texts()
        return pack.with_texts(own) if own else pack

    @model_validator(mode="after")
    def _are_not_too_long(self) -> Self:
        """Raise ValueError if a server's client sends longer texts than it may."""
        check_size(self._own_texts().values())
        return self

    def _own_texts(self) -> dict[str, str]:
        """Return the texts that were changed, by their fields in the pack."""
        given = {_field_of(name): name for name in self.model_fields_set}
        texts = {field: getattr(self, name) for field, name in given.items() if field in _NODES}
        return {field: text for field, text in texts.items() if _is_own(field, text)}


class PromptedConversationContext(PromptedContext, ConversationContext):
    """The same for conversations."""
