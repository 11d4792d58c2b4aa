"""The format of rows with a conversation in one field."""

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from nodes.conversation import Conversation, Message
from runners.data.before import SYSTEM, tools_beside
from runners.data.json_fields import dump_like, json_in
from runners.data.rows import Fields, Row
from runners.data.texts import check_texts, checked
from runners.errors import UsageError

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
"""Datasets' names for the roles of chat APIs; other names are kept."""
_KEYS = (("from", "value"), ("role", "content"))
"""Possible keys for role and content; datasets mix them within one conversation."""
_CHAT_ROLES = ("user", "assistant", "system", "tool", "function")


class MessageFormat(NamedTuple):
    """Rows with a conversation in one field: a list of messages, or of alternating texts.

    The list may be JSON in a string, and a message may use the keys of the other chat layout.
    """

    name: str
    field: str
    role: str | None = None
    """A message's key for its role; None for plain texts, which begin with the user's."""
    content: str | None = None

    def fits(self, fields: Fields) -> bool:
        """Whether a row looks like this format, by its first message."""
        messages = _listed(fields.get(self.field))
        first = messages[0] if messages else None
        if self.role is None:
            return isinstance(first, str)
        return isinstance(first, dict) and self.role in first

    def is_pure(self, fields: Fields) -> bool:
        """Whether a row holds a list of messages that all have this format's keys."""
        messages = fields.get(self.field)
        listed = cast("list[Any]", messages) if isinstance(messages, list) else [None]
        return self.role is None or all(
            isinstance(each, dict) and self.role in each for each in listed
        )

    def read(self, row: Row) -> Conversation:
        """Read the conversation from a row, with the roles of chat APIs.

        Raises UsageError with file, row, field and message.
        """
        messages = self.messages(row, self.field)
        told = [self._system(row, messages), tools_beside(row, (self.field,))]
        beside = "\n\n".join(filter(str.strip, told))
        return Conversation(id="", messages=messages, beside=beside)

    def _system(self, row: Row, messages: list[Message]) -> str:
        """ShareGPT's `system` column, unless the conversation has a system message."""
        system = row.fields.get(SYSTEM)
        has_own = any(message["role"] == SYSTEM for message in messages[:1])
        if self.field == SYSTEM or has_own or not isinstance(system, str):
            return ""
        return checked(system, f"{row.where}, field {SYSTEM}")

    def messages(self, row: Row, field: str) -> list[Message]:
        """The messages in a field, with the roles of chat APIs.

        Raises UsageError with file, row, field and message.
        """
        messages = _listed(row.fields.get(field))
        if messages is None:
            raise UsageError(f"{row.where}, field {field}: must be a list of messages")
        where = f"{row.where}, field {field}, message"
        return [self._read_one(f"{where} {n}", n, each) for n, each in enumerate(messages)]

    def responses(self, fields: Fields) -> dict[int, Message]:
        """The assistant messages of a row that was read, by position."""
        messages = enumerate(self.messages(Row("", fields), self.field))
        return {n: message for n, message in messages if message["role"] == "assistant"}

    def put(self, fields: Fields, changes: Mapping[int, Message]) -> Fields:
        """The row with messages replaced, by position; all else stays unchanged.

        A message keeps its own keys and its own name for the role.
        """
        if not changes:
            return fields
        given = fields[self.field]
        messages = list(_listed(given) or ())
        for index, message in changes.items():
            messages[index] = self._put_one(messages[index], message)
        is_text = isinstance(given, str)
        return {**fields, self.field: dump_like(given, messages) if is_text else messages}

    def _read_one(self, where: str, index: int, message: Any) -> Message:
        role, content = self._keys_of(message)
        if role is None or content is None:
            return {
                "role": "assistant" if index % 2 else "user",
                "content": checked(message, where),
            }
        if not isinstance(message, dict):
            raise UsageError(f"{where}: must be an object with {role} and {content}")
        fields = cast("Fields", message)
        name = fields.get(role)
        if not isinstance(name, str) or not name.strip():
            raise UsageError(f"{where}, {role}: must name who speaks")
        kept = {key: value for key, value in fields.items() if key not in (role, content)}
        text = fields.get(content)
        check_texts(fields, where)
        return {"role": _role_of(name), "content": text, **kept}

    def _keys_of(self, message: Any) -> tuple[str | None, str | None]:
        """The keys of role and content: the format's, or those that the message has instead."""
        if self.role is not None and isinstance(message, dict) and self.role not in message:
            for role, content in _KEYS:
                if role in message:
                    return role, content
        return self.role, self.content

    def _put_one(self, given: Any, message: Message) -> Any:
        role, content = self._keys_of(given)
        if content is None:
            return message["content"]
        own = cast("Fields", given)
        beside = {name: each for name, each in message.items() if name not in ("role", "content")}
        put = {**beside, role: own.get(role or ""), content: message["content"]}
        order = dict.fromkeys((*own, content, *beside))
        return {name: put[name] for name in order if name in put}


def _listed(value: Any) -> list[Any] | None:
    """The list of messages in a field, directly or as JSON; None if there is none."""
    if isinstance(value, str):
        value = json_in(value)
    return cast("list[Any]", value) if isinstance(value, list) else None


def _role_of(name: str) -> str:
    """The chat API role for a dataset's name, in any case."""
    known = name.strip().lower()
    return _ROLES.get(known, known if known in _CHAT_ROLES else name)
