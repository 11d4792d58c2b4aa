"""Thinking as endpoints write it: an answer's message in each of the forms.

from tests.support.thoughts import FORMS, message_of
message_of("think", "Let me see.", "Yes.")["content"]
"""

from collections.abc import Callable
from typing import Any, Literal, get_args

Form = Literal[
    "reasoning_content",
    "reasoning",
    "parts",
    "nested_parts",
    "think",
    "thinking",
    "reasoning_tag",
    "only_closing",
    "legacy",
    "channel",
]
FORMS: tuple[Form, ...] = get_args(Form)
THOUGHT = (
    "Okay, two of them. Assistant 1 is better than Assistant 2, or is it? "
    "### Response:\nAs a first try: no.\n\n<assistant 1>"
)
"""Words that a judge's parser or an editor's reader could take for an answer."""

_UNFINISHED: tuple[Form, ...] = ("only_closing",)
"""Forms in which thinking that never ends can't be told from an answer."""


def unfinished_forms() -> list[Form]:
    """The forms in which an answer that is all thinking shows what it is."""
    return [form for form in FORMS if form not in _UNFINISHED]


def message_of(form: Form, thought: str, text: str | None) -> dict[str, Any]:
    """The message; without a text the thinking never came to an end."""
    return {"role": "assistant", **_FORMS[form](thought, text)}


def _in_field(name: str) -> Callable[[str, str | None], dict[str, Any]]:
    return lambda thought, text: {"content": text, name: thought}


def _in_tag(name: str) -> Callable[[str, str | None], dict[str, Any]]:
    def write(thought: str, text: str | None) -> dict[str, Any]:
        end = "" if text is None else f"\n</{name}>\n\n{text}"
        return {"content": f"<{name}>\n{thought}{end}"}

    return write


def _parts(thought: str, text: str | None) -> dict[str, Any]:
    said = [] if text is None else [{"type": "output_text", "text": text}]
    return {"content": [{"type": "reasoning", "reasoning": thought}, *said]}


def _nested_parts(thought: str, text: str | None) -> dict[str, Any]:
    said = [] if text is None else [{"type": "text", "text": text}]
    inner = [{"type": "text", "text": thought}]
    return {"content": [{"type": "thinking", "thinking": inner}, *said]}


def _channel(thought: str, text: str | None) -> dict[str, Any]:
    end = "<|end|><|start|>assistant<|channel|>final<|message|>"
    said = "" if text is None else f"{end}{text}<|return|>"
    return {"content": f"<|channel|>analysis<|message|>{thought}{said}"}


_FORMS: dict[Form, Callable[[str, str | None], dict[str, Any]]] = {
    "reasoning_content": _in_field("reasoning_content"),
    "reasoning": _in_field("reasoning"),
    "parts": _parts,
    "nested_parts": _nested_parts,
    "think": _in_tag("think"),
    "thinking": _in_tag("thinking"),
    "reasoning_tag": _in_tag("reasoning"),
    "only_closing": lambda thought, text: {"content": f"{thought}\n</think>\n\n{text or ''}"},
    "legacy": lambda thought, text: {
        **_in_tag("think")(thought, text),
        "reasoning_content": thought,
    },
    "channel": _channel,
}
