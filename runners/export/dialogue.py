"""Dialogue: a row of any format as the messages of a chat, from which every target is made."""

from typing import NamedTuple

from nodes.conversation import Conversation, Message
from nodes.models.thinking import FIELD
from nodes.state import Sample
from prompts.render import has_input
from runners.data.answer_format import AnswerFormat
from runners.data.before import (
    SYSTEM,
    asked_in,
    columns_before,
    message_of,
    messages_before,
)
from runners.data.field_format import FieldFormat
from runners.data.formats import Format, holds_conversations
from runners.data.rows import Fields, Row


class Unfit(Exception):
    """A target can't hold a row; the message says why, the same for all such rows."""


class Dialogue(NamedTuple):
    """A row as the messages of a chat."""

    messages: list[Message]
    """With the roles of chat APIs; the row's own system column is the first message."""
    added: int
    """How many messages precede the row's own."""
    question: tuple[str, str] | None
    """The last question as instruction and input; None for a conversation."""
    columns: Fields
    """The row's `system` and `history` columns, if messages were made of them."""
    others: Fields
    """The row's other fields, in their order."""


def dialogue_of(format: Format, row: Row) -> Dialogue:
    """Read a row as a dialogue. Raises UsageError with file, row and field."""
    beside = _beside(format, row.fields)
    task = format.read(row)
    if isinstance(format, AnswerFormat):
        messages = [*format.read(row).asked, format.responses(row.fields)[0]]
        return Dialogue(messages, 0, None, {}, beside)
    if isinstance(task, Sample):
        return _of_sample(task, format.responses(row.fields)[0], beside)
    return _of_conversation(task, beside)


def _of_sample(task: Sample, response: Message, beside: Fields) -> Dialogue:
    """The columns `system` and `history`, the question, and the response."""
    columns = columns_before(beside)
    before = messages_before(columns)
    asked = message_of("user", asked_in(task.instruction, task.input))
    question = task.instruction, task.input if has_input(task.input) else ""
    messages = [*before, asked, response]
    return Dialogue(messages, len(before), question, columns, _without(beside, columns))


def _of_conversation(task: Conversation, beside: Fields) -> Dialogue:
    """The row's messages, after its column `system` if they have no system message themselves."""
    has_system = any(message["role"] == SYSTEM for message in task.messages[:1])
    named = {name: beside[name] for name in (SYSTEM,) if name in beside and not has_system}
    columns = columns_before(named)
    before = messages_before(columns)
    messages = [*before, *task.messages]
    return Dialogue(messages, len(before), None, columns, _without(beside, columns))


def _without(fields: Fields, columns: Fields) -> Fields:
    return {name: value for name, value in fields.items() if name not in columns}


def _beside(format: Format, fields: Fields) -> Fields:
    """The fields of a row that its format does not read."""
    own = _own_fields(format) | _thinking_beside(format, fields)
    return {name: value for name, value in fields.items() if name not in own}


def _thinking_beside(format: Format, fields: Fields) -> set[str]:
    """The name of the column that holds the response's thinking, if there is one."""
    if holds_conversations(format):
        return set()
    return {FIELD} & fields.keys() & format.responses(fields)[0].keys()


def _own_fields(format: Format) -> set[str]:
    """The names of the fields that a format reads its texts from."""
    if isinstance(format, FieldFormat):
        return {name for name in (format.instruction, format.input, format.response) if name}
    return {format.asked, format.answer} if isinstance(format, AnswerFormat) else {format.field}
