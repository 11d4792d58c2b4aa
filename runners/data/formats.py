"""Formats: where in a row the instruction and the response are, or a conversation's messages."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from nodes.content import with_text
from nodes.conversation import Conversation, Message
from nodes.state import Sample
from runners.data.rows import Fields, Row
from runners.errors import UsageError

Task = Sample | Conversation
"""What a row gives to a graph."""

_ROLES = {
    "human": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bing": "assistant",
    "bard": "assistant",
    "model": "assistant",
    "developer": "system",
    "function_response": "tool",
    "observation": "tool",
}
"""Names that datasets have for the roles of chat APIs; other names stay as they are."""
_CHAT_ROLES = ("user", "assistant", "system", "tool", "function")


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

    def read(self, row: Row) -> Sample:
        """Take the sample out of a row. An empty response is allowed; a null input is none.

        Raises UsageError with file, row and field.
        """
        instruction = _text(row, self.instruction)
        if not instruction.strip():
            raise UsageError(f"{row.where}, field {self.instruction}: empty; give the row a task")
        has_input = self.input is not None and row.fields.get(self.input) is not None
        given = _text(row, self.input) if self.input is not None and has_input else ""
        response = _text(row, self.response)
        return Sample(id="", instruction=instruction, input=given, response=response)

    def write(self, fields: Fields, changes: Mapping[int, str]) -> Fields:
        """Return the row with its response replaced; all other fields untouched and in order."""
        return {**fields, self.response: changes[0]} if changes else fields


class MessageFormat(NamedTuple):
    """Rows with a conversation in one field: a list of messages, or of texts by turns."""

    name: str
    field: str
    role: str | None = None
    """A message's key for who speaks; None for plain texts, the user's first."""
    content: str | None = None

    def fits(self, fields: Fields) -> bool:
        """Whether a row looks like this format, by its first message."""
        messages = fields.get(self.field)
        if not isinstance(messages, list) or not messages:
            return False
        first: Any = cast("list[Any]", messages)[0]
        if self.role is None:
            return isinstance(first, str)
        return isinstance(first, dict) and self.role in first

    def read(self, row: Row) -> Conversation:
        """Take the conversation out of a row, with the roles of chat APIs.

        Raises UsageError with file, row, field and message.
        """
        messages = row.fields.get(self.field)
        if not isinstance(messages, list):
            raise UsageError(f"{row.where}, field {self.field}: must be a list of messages")
        listed = enumerate(cast("list[Any]", messages))
        return Conversation(id="", messages=[self._read_one(row, *each) for each in listed])

    def write(self, fields: Fields, changes: Mapping[int, str]) -> Fields:
        """Return the row with messages' texts replaced, by position; all else as it was."""
        messages = list(cast("list[Any]", fields[self.field]))
        for index, text in changes.items():
            messages[index] = self._with_text(messages[index], text)
        return {**fields, self.field: messages}

    def _read_one(self, row: Row, index: int, message: Any) -> Message:
        where = f"{row.where}, field {self.field}, message {index}"
        if self.role is None or self.content is None:
            role = "assistant" if index % 2 else "user"
            return {"role": role, "content": _checked(message, where)}
        if not isinstance(message, dict):
            raise UsageError(f"{where}: must be an object with {self.role} and {self.content}")
        fields = cast("Fields", message)
        role = fields.get(self.role)
        if not isinstance(role, str) or not role.strip():
            raise UsageError(f"{where}, {self.role}: must name who speaks")
        kept = {key: value for key, value in fields.items() if key not in (self.role, self.content)}
        content = fields.get(self.content)
        if isinstance(content, str):
            _checked(content, where)
        return {"role": _role_of(role), "content": content, **kept}

    def _with_text(self, message: Any, text: str) -> Any:
        if self.content is None:
            return text
        changed = with_text({**message, "content": message.get(self.content)}, text)
        return {**message, self.content: changed["content"]}


def _role_of(name: str) -> str:
    """The role of chat APIs that a dataset's name stands for, in any case."""
    known = name.strip().lower()
    return _ROLES.get(known, known if known in _CHAT_ROLES else name)


Format = FieldFormat | MessageFormat

FORMATS: tuple[Format, ...] = (
    MessageFormat("messages", "messages", "role", "content"),
    MessageFormat("sharegpt", "conversations", "from", "value"),
    MessageFormat("lima", "conversations"),
    MessageFormat("ultrachat", "data"),
    FieldFormat("dolly", "instruction", "response", "context"),
    FieldFormat("alpaca", "instruction", "output", "input"),
    FieldFormat("prompt-completion", "prompt", "completion"),
)
"""Known formats, the more particular ones first. WizardLM and Deita have those of others."""


def find_format(rows: Sequence[Row]) -> Format:
    """The format that a dataset's first rows look like: the first that any of them fits.

    Rows that only have a field of Alpaca's are taken for it, so that reading them says what they
    lack. Raises UsageError with the fields found and the formats known.
    """
    for row in rows:
        for each in FORMATS:
            if each.fits(row.fields):
                return each
    if {"instruction", "output"} & rows[0].fields.keys():
        return parse_format("alpaca")
    raise unknown_format(rows[0])


def parse_format(text: str) -> Format:
    """Read a format's name, or `map:instruction=FIELD,response=FIELD,input=FIELD`.

    Raises UsageError naming the formats known.
    """
    if text.startswith("map:"):
        pairs = [pair.partition("=") for pair in text.removeprefix("map:").split(",")]
        fields = {key.strip(): field.strip() for key, _, field in pairs}
        needed, known_keys = {"instruction", "response"}, {"instruction", "response", "input"}
        if needed <= fields.keys() <= known_keys and all(fields.values()):
            return FieldFormat(text, **fields)
        raise UsageError(f"--map {text[4:]}: write instruction=FIELD,response=FIELD[,input=FIELD]")
    for known in FORMATS:
        if known.name == text:
            return known
    raise UsageError(f"--format {text}: unknown; known are {', '.join(f.name for f in FORMATS)}")


def unknown_format(row: Row) -> UsageError:
    """The error for a row that looks like no format."""
    found = _names(row.fields)
    known = "; ".join(f"{each.name} ({', '.join(_fields_of(each))})" for each in FORMATS)
    return UsageError(
        f"{row.where}: no known format; fields found: {found}; formats known: {known}; "
        "or name yours: --map instruction=FIELD,response=FIELD"
    )


def _fields_of(known: Format) -> list[str]:
    if isinstance(known, MessageFormat):
        return [known.field]
    return [name for name in (known.instruction, known.input, known.response) if name is not None]


def _names(fields: Fields) -> str:
    """The names of a row's fields, on one line."""
    return ", ".join(" ".join(name.split())[:40] for name in list(fields)[:20]) or "none"


def _text(row: Row, field: str) -> str:
    if field not in row.fields:
        found = _names(row.fields)
        raise UsageError(f"{row.where}, field {field}: missing; fields found: {found}")
    return _checked(row.fields[field], f"{row.where}, field {field}")


def _checked(value: Any, where: str) -> str:
    if not isinstance(value, str):
        kind = type(value).__name__ if value is not None else "null"
        raise UsageError(f"{where}: must be text, but is {kind}")
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise UsageError(f"{where}: holds half a surrogate pair; not text")
    return value
