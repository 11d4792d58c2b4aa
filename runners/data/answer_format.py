"""The format of rows with a dialogue and its last answer, which alone is evolved.

The dialogue before it stays as it is, because other fields refer to it, such as a preference's
rejected answer.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from nodes.content import text_of
from nodes.conversation import Message
from runners.data.before import SampleInTalk, message_of, tools_beside
from runners.data.message_format import MessageFormat
from runners.data.rows import Fields, Row
from runners.data.texts import text_in
from runners.data.trace_column import put_column, with_column
from runners.errors import UsageError

_CHAT = MessageFormat("messages", "messages", "role", "content")


class AnswerFormat(NamedTuple):
    """Rows with the dialogue in one field, and its answer as text or messages in another."""

    name: str
    asked: str
    """A list of messages, or a text; may be missing if `answer` begins with the dialogue."""
    answer: str
    beside: str | None = None
    """Another field that such rows must have."""

    def fits(self, fields: Fields) -> bool:
        """Whether a row looks like this format."""
        answer, is_beside = fields.get(self.answer), self.beside in (None, *fields)
        if isinstance(answer, str):
            return is_beside and _holds_messages(fields.get(self.asked))
        return is_beside and _holds_messages(answer)

    def is_pure(self, fields: Fields) -> bool:
        """Whether a row is laid out exactly as this format."""
        return True

    def read(self, row: Row) -> SampleInTalk:
        """Read dialogue and answer from a row. Raises UsageError with file, row and field."""
        messages = self._messages(row)
        answers = messages[-1:]
        if not answers or answers[0]["role"] != "assistant":
            raise UsageError(f"{row.where}, field {self.answer}: must end with an answer")
        asked = messages[:-1]
        return SampleInTalk(
            instruction=(text_of(asked[-1]) or "") if asked else "",
            response=text_of(answers[0]) or "",
            asked=asked,
            answer=answers[0],
            beside=tools_beside(row, (self.asked, self.answer)),
        )

    def responses(self, fields: Fields) -> dict[int, Message]:
        """The last answer of a row that was read, as a message."""
        row = Row("", fields)
        if isinstance(fields[self.answer], str):
            answer = message_of("assistant", text_in(row, self.answer))
            return {0: with_column(answer, fields, (self.asked, self.answer))}
        return {0: _CHAT.messages(row, self.answer)[-1]}

    def put(self, fields: Fields, changes: Mapping[int, Message]) -> Fields:
        """The row with its last answer replaced; all other fields stay unchanged and in order."""
        if not changes:
            return fields
        answer = fields[self.answer]
        if isinstance(answer, str):
            fields = {**fields, self.answer: changes[0]["content"]}
            return put_column(fields, changes[0], (self.asked, self.answer))
        messages = cast("list[Any]", answer)
        changed = _CHAT.put({_CHAT.field: messages}, {len(messages) - 1: changes[0]})
        return {**fields, self.answer: changed[_CHAT.field]}

    def _messages(self, row: Row) -> list[Message]:
        if isinstance(row.fields.get(self.answer), list):
            answer = _CHAT.messages(row, self.answer)
            if any(each["role"] == "user" for each in answer):
                return answer
        else:
            answer = [message_of("assistant", text_in(row, self.answer))]
        if isinstance(row.fields.get(self.asked), str):
            return [message_of("user", text_in(row, self.asked)), *answer]
        return [*_CHAT.messages(row, self.asked), *answer]


def _holds_messages(value: Any) -> bool:
    listed = cast("list[Any]", value) if isinstance(value, list) else []
    return (
        bool(listed) and isinstance(listed[0], dict) and bool({"role", "from"} & listed[0].keys())
    )
