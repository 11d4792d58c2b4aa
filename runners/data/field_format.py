"""The format of rows with one instruction and one response, each in a field of its own."""

from collections.abc import Mapping
from typing import NamedTuple

from nodes.conversation import Message
from nodes.state import Sample
from runners.data.before import columns_before, in_talk, message_of, messages_before, tools_beside
from runners.data.rows import Fields, Row
from runners.data.texts import checked, text_in
from runners.data.trace_column import put_column, with_column
from runners.errors import UsageError


class FieldFormat(NamedTuple):
    """Rows with one instruction and one response, each in a field of its own."""

    name: str
    instruction: str
    response: str
    input: str | None = None

    def fits(self, fields: Fields) -> bool:
        """Whether a row looks like this format."""
        needed = (self.instruction, self.response)
        return all(isinstance(fields.get(name), str) for name in needed) and (
            self.input is None or isinstance(fields.get(self.input, ""), str | None)
        )

    def is_pure(self, fields: Fields) -> bool:
        """Whether a row is laid out exactly as this format."""
        return True

    def read(self, row: Row) -> Sample:
        """Read the sample from a row. The response may be empty; a null input is an empty one.

        Columns that precede the question are read with it (`runners.data.before`). Raises
        UsageError with file, row and field.
        """
        instruction = text_in(row, self.instruction)
        if not instruction.strip():
            raise UsageError(f"{row.where}, field {self.instruction}: empty; give the row a task")
        has_input = self.input is not None and row.fields.get(self.input) is not None
        given = text_in(row, self.input) if self.input is not None and has_input else ""
        response = text_in(row, self.response)
        sample = Sample(instruction=instruction, input=given, response=response)
        before = self._before(row)
        beside = tools_beside(row, self._own)
        return in_talk(sample, before, beside) if before or beside else sample

    def _before(self, row: Row) -> list[Message]:
        beside = {name: value for name, value in row.fields.items() if name not in self._own}
        columns = columns_before(beside)
        before = messages_before(columns)
        for message in before:
            checked(message["content"], f"{row.where}, field {' or '.join(columns)}")
        return before

    def responses(self, fields: Fields) -> dict[int, Message]:
        """The response of a row that was read, as a message."""
        answer = message_of("assistant", fields[self.response])
        return {0: with_column(answer, fields, self._own)}

    def put(self, fields: Fields, changes: Mapping[int, Message]) -> Fields:
        """The row with its response replaced; all other fields stay unchanged and in order."""
        for answer in changes.values():
            fields = {**fields, self.response: answer["content"]}
            fields = put_column(fields, answer, self._own)
        return fields

    @property
    def _own(self) -> tuple[str | None, ...]:
        return self.instruction, self.response, self.input
