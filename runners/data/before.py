"""What precedes a row's question: LLaMA-Factory's columns `system` and `history`.

`system` is a text, `history` a list of pairs of question and answer. Columns of these names with
other content are ordinary fields.
"""

from collections.abc import Collection
from typing import Any, cast

from nodes.conversation import ConversationContext, Message, Skipped
from nodes.history import instruction_of, reason_to_skip
from nodes.state import Sample
from nodes.tools import declared
from prompts.render import has_input
from runners.data.rows import Fields, Row
from runners.data.texts import checked

SYSTEM, HISTORY, TOOLS = "system", "history", "tools"


class SampleInTalk(Sample):
    """A sample whose question continues a dialogue, which itself is not evolved."""

    asked: list[Message]
    """Everything before the answer, including the question."""
    answer: Message
    """The response as a message."""
    is_input_apart: bool = False
    """Whether the input is kept apart from the question."""
    beside: str = ""
    """What else agents are told before the dialogue, such as the available tools."""


def columns_before(fields: Fields) -> Fields:
    """The fields of a row that precede its question; empty if there is nothing in them."""
    fitting = {SYSTEM: _is_system, HISTORY: _is_history}
    columns = {
        name: fields[name]
        for name, fits in fitting.items()
        if name in fields and fits(fields[name])
    }
    return columns if messages_before(columns) else {}


def messages_before(columns: Fields) -> list[Message]:
    """The fields found by `columns_before` as messages with the roles of chat APIs."""
    system = columns.get(SYSTEM) or ""
    before = [message_of("system", system)] if system.strip() else []
    for asked, answered in columns.get(HISTORY) or ():
        before += [message_of("user", asked), message_of("assistant", answered)]
    return before


def asked_in(instruction: str, input: str) -> str:
    """A row's question as one message, as LLaMA-Factory does: with a line break between."""
    return f"{instruction}\n{input}" if has_input(input) else instruction


def tools_beside(row: Row, own: Collection[str | None]) -> str:
    """The tools declared in a column other than the format's `own`, as text for agents.

    Raises UsageError with file, row and field.
    """
    told = "" if TOOLS in own else declared(row.fields.get(TOOLS))
    return checked(told, f"{row.where}, field {TOOLS}")


def in_talk(sample: Sample, before: list[Message], beside: str = "") -> SampleInTalk:
    """A sample with what preceded it. Only after a dialogue is the input part of the question."""
    has_history = len(before) > 1
    question = asked_in(sample.instruction, sample.input) if has_history else sample.instruction
    return SampleInTalk(
        **sample.model_dump(),
        asked=[*before, message_of("user", question)],
        answer=message_of("assistant", sample.response),
        is_input_apart=not has_history,
        beside=beside,
    )


def as_asked(sample: Sample, context: ConversationContext) -> Sample:
    """A sample as agents see it: after a dialogue, with its history laid out as for a turn."""
    if not isinstance(sample, SampleInTalk):
        return sample
    messages, end = [*sample.asked, sample.answer], len(sample.asked)
    return Sample(
        id=sample.id,
        instruction=instruction_of(
            messages, end, context.window, context.pack.conversation, sample.beside
        ),
        input=sample.input if sample.is_input_apart else "",
        response=sample.response,
    )


def reason_to_skip_talk(sample: Sample, context: ConversationContext) -> Skipped | None:
    """Why an answer in a dialogue can't be evolved, as for a turn; None if it can."""
    if not isinstance(sample, SampleInTalk):
        return None
    return reason_to_skip([*sample.asked, sample.answer], len(sample.asked), context.window)


def message_of(role: str, content: str) -> Message:
    """A message with plain text."""
    return {"role": role, "content": content}


def _is_system(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _is_history(value: Any) -> bool:
    return value is None or (
        isinstance(value, list) and all(map(_is_pair, cast("list[Any]", value)))
    )


def _is_pair(value: Any) -> bool:
    texts = cast("list[Any]", value) if isinstance(value, list | tuple) else []
    return len(texts) == 2 and all(isinstance(text, str) for text in texts)
