"""Talk: a dialogue as trainers expect it, with questions and answers strictly in turn."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from nodes.content import text_of
from nodes.conversation import Message
from runners.data.before import SYSTEM
from runners.data.numbers import DECODER, dump
from runners.data.rows import Fields
from runners.data.texts import has_surrogate
from runners.export.dialogue import Unfit

_ASKS, _ANSWERS = ("user", "tool"), ("assistant", "function_call")


class PlainTalk(NamedTuple):
    """A dialogue with strictly alternating questions and answers."""

    system: str
    """Empty if there is none."""
    turns: list[tuple[str, str]]
    """Role and text: user or tool, then assistant or function_call, and so on."""

    @property
    def uses_tools(self) -> bool:
        """Whether any message is a tool's, or calls one."""
        return any(role in ("tool", "function_call") for role, _ in self.turns)


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
            notes["user messages joined with the one before"] += 1
        else:
            turns.append((role, text))
    while turns and turns[-1][0] in _ASKS:
        turns.pop()
        notes["questions without an answer, left out at the end"] += 1
    _check_turns(turns)
    notes["empty answers"] += sum(not text.strip() for _, text in turns[1::2])
    return PlainTalk(system, turns)


def _check_turns(turns: list[tuple[str, str]]) -> None:
    """Raise Unfit unless questions and answers alternate."""
    if not turns:
        raise Unfit("no answer")
    for number, (role, _) in enumerate(turns):
        if role not in (_ASKS, _ANSWERS)[number % 2]:
            raise Unfit("begins with an answer" if number == 0 else f"two {role} messages in a row")


def _turn(message: Message) -> tuple[str, str]:
    """A message as role and text; tool calls as JSON of the role function_call. Raises Unfit."""
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
    """A message's tool calls as name and arguments. Raises Unfit."""
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
