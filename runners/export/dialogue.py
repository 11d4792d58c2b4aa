"""Dialogue: a row of any format as the messages of a chat, which every target is made from."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from nodes.content import text_of
from nodes.conversation import Message
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
from runners.data.numbers import DECODER, dump
from runners.data.rows import Fields, Row
from runners.data.texts import has_surrogate

_ASKS, _ANSWERS = ("user", "tool"), ("assistant", "function_call")


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


class PlainTalk(NamedTuple):
    """A dialogue as trainers expect it: strictly alternating questions and answers."""

    system: str
    """Empty if there is none."""
    turns: list[tuple[str, str]]
    """Role and text: user or tool, then assistant or function_call, and so on."""

    @property
    def uses_tools(self) -> bool:
        """Whether any message is a tool's, or calls one."""
        return any(role in ("tool", "function_call") for role, _ in self.turns)


def dialogue_of(format: Format, row: Row) -> Dialogue:
    """Read a row as a dialogue. Raises UsageError with file, row and field."""
    task, own = format.read(row), _own_fields(format)
    told = _told_beside(format, row.fields)
    beside = {name: value for name, value in row.fields.items() if name not in own | told}
    columns: Fields = {}
    before: list[Message] = []
    question = None
    if isinstance(format, AnswerFormat):
        messages = [*format.read(row).asked, format.responses(row.fields)[0]]
    elif isinstance(task, Sample):
        columns = columns_before(beside)
        before = messages_before(columns)
        asked = message_of("user", asked_in(task.instruction, task.input))
        messages = [*before, asked, format.responses(row.fields)[0]]
        question = task.instruction, task.input if has_input(task.input) else ""
    else:
        has_system = any(message["role"] == SYSTEM for message in task.messages[:1])
        named = {name: beside[name] for name in (SYSTEM,) if name in beside and not has_system}
        columns = columns_before(named)
        before = messages_before(columns)
        messages = [*before, *task.messages]
    others = {name: value for name, value in beside.items() if name not in columns}
    return Dialogue(messages, len(before), question, columns, others)


def _told_beside(format: Format, fields: Fields) -> set[str]:
    """Return the name of the column that holds the response's thinking, if there is one."""
    if holds_conversations(format):
        return set()
    return {FIELD} & fields.keys() & format.responses(fields)[0].keys()


def _own_fields(format: Format) -> set[str]:
    """Return the names of the fields that a format reads its texts from."""
    if isinstance(format, FieldFormat):
        return {name for name in (format.instruction, format.input, format.response) if name}
    return {format.asked, format.answer} if isinstance(format, AnswerFormat) else {format.field}


def talk_of(messages: Sequence[Message], notes: Counter[str]) -> PlainTalk:
    """Arrange messages in strictly alternating turns. Raises Unfit if that would lose something.

    Consecutive user messages are joined with a blank line between them, and messages after the last
    answer are dropped, because nothing can be learned from them: `notes` counts both.
    """
    opening = next(
        (n for n, message in enumerate(messages) if message["role"] != SYSTEM), len(messages)
    )
    system = "\n\n".join(filter(str.strip, (_text(message) for message in messages[:opening])))
    turns: list[tuple[str, str]] = []
    for message in messages[opening:]:
        role, text = _turn(message)
        if role == "user" and turns and turns[-1][0] == "user":
            turns[-1] = role, f"{turns[-1][1]}\n\n{text}"
            notes["user messages in a row joined"] += 1
        else:
            turns.append((role, text))
    while turns and turns[-1][0] in _ASKS:
        turns.pop()
        notes["questions without an answer left away at the end"] += 1
    _check_turns(turns)
    notes["empty answers"] += sum(not text.strip() for _, text in turns[1::2])
    return PlainTalk(system, turns)


def _check_turns(turns: list[tuple[str, str]]) -> None:
    if not turns:
        raise Unfit("no answer")
    for number, (role, _) in enumerate(turns):
        if role not in (_ASKS, _ANSWERS)[number % 2]:
            raise Unfit("begins with an answer" if number == 0 else f"two {role} messages in a row")


def _turn(message: Message) -> tuple[str, str]:
    role, text = message["role"], _text(message)
    calls = message.get("tool_calls") or message.get("function_call")
    if calls:
        if text.strip():
            raise Unfit("a message with both words and tool calls")
        return "function_call", dump(_functions(calls))
    if role == "function_call":
        _functions(_parsed(text))
    elif role == SYSTEM:
        raise Unfit("a system message in the middle")
    elif role not in (*_ASKS, *_ANSWERS):
        raise Unfit(f"a message of the role {role[:30]!r}")
    return role, text


def _functions(calls: Any) -> list[Any]:
    """Return a message's tool calls as name and arguments. Raises Unfit."""
    listed = cast("list[Any]", calls) if isinstance(calls, list) else [calls]
    return [_function(call) for call in listed]


def _function(call: Any) -> Any:
    fields = cast("Fields", call.get("function", call)) if isinstance(call, dict) else {}
    if not isinstance(fields.get("name"), str) or "arguments" not in fields:
        raise Unfit("a tool call without name and arguments")
    arguments = fields["arguments"]
    return {
        "name": fields["name"],
        "arguments": _parsed(arguments) if isinstance(arguments, str) else arguments,
    }


def _parsed(text: str) -> Any:
    try:
        return DECODER.decode(text)
    except ValueError:
        raise Unfit("a tool call that is not JSON") from None


def _text(message: Message) -> str:
    text = text_of(message)
    if text is None:
        raise Unfit("a message with content other than text")
    if has_surrogate(text):
        raise Unfit("a message with half a surrogate pair")
    return text
