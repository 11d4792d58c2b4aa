"""History: what precedes an answer in a conversation, and the instruction made of it.

A round is one or more user messages and everything up to the next user message. A system message in
the middle belongs to the question next to it.
"""

from collections.abc import Sequence
from itertools import pairwise, takewhile
from typing import NamedTuple

from nodes.content import is_call, shown_text, text_of
from nodes.conversation import Message, Skipped
from nodes.traces import split_trace
from prompts.parts import ConversationLayout
from prompts.render import conversation_text, one_turn_text


class Past(NamedTuple):
    """The messages before an answer, as positions."""

    system: range
    """The system messages at the start of the conversation."""
    rounds: list[range]
    """All rounds after them. The last is the present one, without its answer."""

    @property
    def present(self) -> range:
        """The round that the answer belongs to; empty if nothing precedes the answer."""
        return self.rounds[-1] if self.rounds else range(0)

    def shown(self, window: int) -> list[int]:
        """Positions of the messages of the last `window` rounds, which the instruction shows."""
        return [position for each in self.rounds[-window:] for position in each]


def past_of(messages: Sequence[Message], end: int) -> Past:
    """Divide the messages before position `end` into initial system messages and rounds."""
    asks = [message["role"] in ("user", "system") for message in messages[:end]]
    opening = len(list(takewhile(lambda each: each["role"] == "system", messages[:end])))
    starts = [
        position
        for position in range(opening, end)
        if position == opening or (asks[position] and not asks[position - 1])
    ]
    return Past(range(opening), [range(*ends) for ends in pairwise([*starts, end])])


def reason_to_skip(messages: Sequence[Message], position: int, window: int) -> Skipped | None:
    """Why the assistant message can't be evolved; None if it can.

    Agents that can't see the whole question would make its answer worse, so everything that the
    instruction shows has to be text.
    """
    if is_call(messages, position):
        return "tool_call"
    if messages[position].get("content") is None or text_of(messages[position]) is None:
        return "response_not_text"
    if split_trace(messages[position]).is_all_trace:
        return "only_thinking"
    past = past_of(messages, position)
    questions = [messages[each] for each in past.present if messages[each]["role"] == "user"]
    if not questions or any(_is_answer(messages, each) for each in past.present):
        return "nothing_asked"
    if any(text_of(messages[each]) is None for each in (*past.system, *past.shown(window))):
        return "instruction_not_text"
    return None if any(shown_text(each).strip() for each in questions) else "empty_question"


def instruction_of(
    messages: Sequence[Message],
    position: int,
    window: int,
    layout: ConversationLayout,
    beside: str = "",
) -> str:
    """The instruction of a turn: its question and the most recent rounds (appendix B).

    In a conversation of a single turn, it is the user's message alone, as in a plain sample, after
    the system message and a blank line if there is one. `beside`, other information such as the
    available tools, precedes it in the same way.
    """
    past = past_of(messages, position)
    opening = (*(shown_text(messages[each]) for each in past.system), beside)
    system = "\n\n".join(filter(None, opening))
    shown = [(messages[each]["role"], shown_text(messages[each])) for each in past.shown(window)]
    is_plain = [each["role"] for each in messages[past.system.stop : position]] == ["user"]
    if is_plain and _turns(messages) == 1:
        return one_turn_text(layout, system, shown[0][1])
    return conversation_text(layout, system, shown)


def _turns(messages: Sequence[Message]) -> int:
    """How many rounds have an assistant message."""
    rounds = past_of(messages, len(messages)).rounds
    return sum(any(messages[each]["role"] == "assistant" for each in one) for one in rounds)


def _is_answer(messages: Sequence[Message], position: int) -> bool:
    return messages[position]["role"] == "assistant" and not is_call(messages, position)
