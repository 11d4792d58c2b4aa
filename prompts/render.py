"""Rendering: a template and its values become the text that is sent."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from prompts.pack import PromptPack
from prompts.parts import ConversationLayout, InputVariants
from prompts.placeholders import PLACEHOLDER, ROLE_PLAY

# Ways in which datasets say that a sample has no input (Alpaca alone has several).
_NO_INPUT = {"", "<noinput>", "noinput", "no input", "<no input>", "n/a", "none", "nan"}
_ROLE_PLAY = f"{{{ROLE_PLAY}}}"
_SHOWN = re.compile(r"([^{}]*(?:\{preamble\}[^{}]*)?)\{(sample|sample_request)\}")
"""A template that begins with the sample or the request, after words that all agents share."""

_SHORT = 4000
"""Longest sample, in characters, that is cached: a few megabytes in all."""


def has_input(text: str) -> bool:
    """Whether a sample's input field holds an input, rather than a word for none."""
    return text.strip().lower() not in _NO_INPUT


def fill(template: str, values: Mapping[str, str]) -> str:
    """Put the values into the template's placeholders, in one pass.

    A value is never searched for placeholders, so text from data can hold braces, `{sample}` or
    `%s` and comes out as it went in. Raises KeyError if a placeholder has no value.
    """
    return PLACEHOLDER.sub(lambda match: values[match[1]], template)


def sample_values(
    pack: PromptPack, instruction: str, input: str, response: str
) -> MappingProxyType[str, str]:
    """Return the values of `{preamble}`, `{sample}` and `{sample_request}` (Table 6)."""
    is_short = len(instruction) + len(input) + len(response) <= _SHORT
    lay_out = _known_values if is_short else _values
    return lay_out(pack, instruction, input, response)


def _values(
    pack: PromptPack, instruction: str, input: str, response: str
) -> MappingProxyType[str, str]:
    fields = {"instruction": instruction, "input": input, "output": response}

    def wording(variants: InputVariants) -> str:
        return variants.with_input if has_input(input) else variants.without_input

    values = {
        "preamble": wording(pack.preamble),
        "sample": fill(wording(pack.sample), fields),
        "sample_request": fill(wording(pack.request), fields),
    }
    return MappingProxyType(values)


_known_values = lru_cache(maxsize=512)(_values)
"""Cached: a round asks for the values of one sample eight times."""


def places_role(template: str) -> bool:
    """Tell whether a template has the placeholder of the role-play prompt."""
    return _ROLE_PLAY in template


def beginnings(template: str, values: Mapping[str, str]) -> list[int]:
    """Return the lengths of the beginnings that a filled prompt shares with others of its row.

    In characters, ascending: up to the end of the request, which all prompts of the row have, then
    of the sample, which those of one round have. Empty if the template begins with neither. Raises
    KeyError as `fill` does.
    """
    match = _SHOWN.match(template)
    if match is None:
        return []
    before, request = len(fill(match[1], values)), values["sample_request"]
    shown = values[match[2]]
    shared = [request, shown] if shown.startswith(request) else [shown]
    return [before + len(text) for text in dict.fromkeys(shared)]


def conversation_text(
    layout: ConversationLayout, system: str, history: Iterable[tuple[str, str]]
) -> str:
    """Lay out a conversation, up to the answer that is asked for, as one instruction.

    `history` has role and content of each message, the present question included. If `system` is
    blank, the layout's own sentence takes its place.
    """
    templates = {"user": layout.user, "assistant": layout.assistant}
    messages = (
        fill(templates.get(role, layout.other), {"role": role.upper(), "content": content})
        for role, content in history
    )
    opening = system if system.strip() else layout.system
    return fill(layout.instruction, {"system": opening, "history": "".join(messages)})


def one_turn_text(layout: ConversationLayout, system: str, question: str) -> str:
    """The instruction of a conversation of one turn: the question, after any system message."""
    if not system.strip():
        return question
    return fill(layout.one_turn, {"system": system, "question": question})
