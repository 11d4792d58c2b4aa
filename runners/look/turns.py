"""Turns of a conversation: how many there are, and why some would be left as they are."""

from collections import Counter

from nodes.conversation import Conversation
from nodes.history import reason_to_skip


def turns_of(task: Conversation) -> list[int]:
    """The positions of the assistant's messages."""
    return [n for n, message in enumerate(task.messages) if message["role"] == "assistant"]


def skipped_of(task: Conversation, window: int) -> Counter[str]:
    """Number of turns that would not be evolved, by reason.

    `window` is how many questions the agents see, the present one included.
    """
    reasons = (reason_to_skip(task.messages, position, window) for position in turns_of(task))
    return Counter[str](reason for reason in reasons if reason is not None)
