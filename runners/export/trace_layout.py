"""Trace layouts: where an exported row has the thinking before its responses.

LLaMA-Factory reads it in the text, between exactly these tags and line breaks. Chat templates such
as Qwen3's, to which TRL and Axolotl pass messages, read it there or in `reasoning_content`.
"""

from collections.abc import Sequence
from typing import Literal

from nodes.content import with_text
from nodes.conversation import Message
from nodes.models.thinking import FIELD, with_thinking
from nodes.traces import split_trace, without_fields, without_trace
from runners.data.formats import Format
from runners.data.rows import Fields
from runners.export.dialogue import Dialogue, Unfit

TraceLayout = Literal["tags", "field", "drop"]
"""In `<think>` tags in the text; in the field `reasoning_content`; nowhere."""


def row_laid_out(format: Format, fields: Fields, layout: TraceLayout) -> Fields:
    """A row with its traces in a layout, everything else as it was.

    Raises Unfit if a response is all trace, and traces are to be dropped.
    """
    responses = format.responses(fields)
    moved = {n: _laid_out(message, layout) for n, message in responses.items()}
    return format.put(fields, {n: each for n, each in moved.items() if each is not responses[n]})


def tagged(dialogue: Dialogue) -> Dialogue:
    """A dialogue with its traces in the texts, for targets that have nothing else."""
    return dialogue._replace(messages=laid_out(dialogue.messages, "tags"))


def laid_out(messages: Sequence[Message], layout: TraceLayout) -> list[Message]:
    """Messages with their traces in a layout. Raises Unfit like `row_laid_out`."""
    return [_laid_out(each, layout) if each["role"] == "assistant" else each for each in messages]


def _laid_out(message: Message, layout: TraceLayout) -> Message:
    response = split_trace(message)
    if not response.has_trace:
        return message
    if response.is_all_trace:
        if layout == "drop" and response.parts.before:
            raise Unfit("a response that is all thinking")
        return without_fields(message) if layout == "drop" else message
    if layout == "drop":
        return without_trace(message)
    if not response.thinking:  # empty tags: they say that there was no thinking, so they stay
        return message
    bare = without_trace(message)
    if layout == "field":
        return {**bare, FIELD: response.thinking}
    return with_text(bare, with_thinking(response.thinking, response.parts.answer))
