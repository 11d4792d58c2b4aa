"""Conversation: what goes into the outer graph, its settings and its state (section 3.2)."""

from collections.abc import Callable
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, field_validator
from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from nodes import options as o
from nodes.context import Context, as_field
from nodes.node import Step
from nodes.serving import check_size
from nodes.state import Round, State, StopReason

Message = dict[str, Any]
"""A message as in chat APIs: `role`, `content`, and other keys, which are kept unchanged."""

Skipped = Literal[
    "tool_call",  # the message calls a tool: its text is not an answer
    "nothing_asked",  # no user message since the last answer, or none at all
    "empty_question",  # the user's message is blank
    "only_thinking",  # a thinking trace without an answer
    "response_not_text",  # null, or with parts other than text
    "instruction_not_text",  # the instruction would have to show parts other than text
    "max_response_tokens",
    "max_turns",
    "max_conversation_tokens",
]
"""Why a turn was not evolved."""


class Conversation(BaseModel):
    """One conversation: what goes into the graph."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(default="", description="A name for this conversation in traces and records.")
    messages: list[Message] = Field(
        description="The messages in order. Roles are system, user, assistant and tool; messages "
        "of other roles are shown to the agents and kept. Keys beside role and content are kept.",
        examples=[
            [
                {"role": "user", "content": "What is a tide clock?"},
                {"role": "assistant", "content": "A clock for the tide"},
                {"role": "user", "content": "Does it work in every sea?"},
                {"role": "assistant", "content": "no"},
            ]
        ],
    )

    beside: str = Field(
        default="",
        description="What else the agents are told before the messages, such as the tools that "
        "there are.",
    )

    @field_validator("messages")
    @classmethod
    def _have_roles(cls, messages: list[Message]) -> list[Message]:
        for position, message in enumerate(messages):
            role = message.get("role")
            if not isinstance(role, str) or not role.strip():
                raise ValueError(f"message {position} has no role")
        check_size(str(message.get("content")) for message in messages)
        return messages


class ConversationContext(Context):
    """Settings of a run over conversations; the defaults are the paper's (appendix B)."""

    window: o.Window = as_field(o.Window)
    max_turns: o.MaxTurns = as_field(o.MaxTurns)
    max_conversation_tokens: o.MaxConversationTokens = as_field(o.MaxConversationTokens)
    max_response_tokens: o.MaxResponseTokens = as_field(o.MaxResponseTokens)


class Turn(TypedDict):
    """The record of one assistant message, evolved or not."""

    index: int
    """Position of the message in the conversation, from 0."""
    instruction: str
    """What the agents were given: the question with its history; empty if not evolved."""
    original_response: str
    """The message's text before evolution."""
    response: str
    """The message's present text."""
    rounds: list[Round]
    """The rounds of its evolution."""
    stop_reason: StopReason | None
    """Why its evolution ended; None if it was not evolved."""
    skipped: Skipped | None
    """Why it was not evolved; None if it was."""


class ConversationOutput(TypedDict):
    """What comes out of the graph: the conversation, and its present turn."""

    id: str
    """The conversation's id."""
    messages: list[Message]
    """The conversation, with the answers evolved so far."""
    turns: list[Turn]
    """A record for each assistant message so far."""
    instruction: str
    """The present turn's instruction; in the end, that of the last turn evolved."""
    response: str
    """The present turn's response; in the end, that of the last turn evolved."""


class ConversationState(ConversationOutput):
    """All channels of the outer graph; the inner one shares those of its sample and result."""

    beside: str
    """What the agents are told before the messages."""
    turn: int | None
    """Position of the message that is being evolved; None if none is left."""
    input: str
    """Always empty: the question is part of the instruction."""
    rounds: list[Round]
    """The present turn's rounds."""
    stop_reason: StopReason | None
    """Why the present turn's evolution ended."""


class ConversationUpdate(TypedDict, total=False):
    """What a node of the outer graph returns: new values for some of its channels."""

    id: str
    messages: list[Message]
    beside: str
    turns: list[Turn]
    turn: int | None
    instruction: str
    input: str
    response: str
    rounds: list[Round]
    stop_reason: StopReason | None


_DEFAULTS = ConversationContext()


def conversation_step(compute: Callable[[ConversationState, ConversationContext], Any]) -> Step:
    """Make a function a node or router of the conversation graph."""

    def run(state: State, context: Context) -> Any:
        settings = context if isinstance(context, ConversationContext) else _DEFAULTS
        return compute(cast("ConversationState", state), settings)

    run.__name__ = compute.__name__
    return Step(run)
