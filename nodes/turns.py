"""Turns: the way through a conversation, one assistant message after another (section 3.2)."""

from collections.abc import Sequence
from typing import Any, Literal, cast

from nodes.content import is_beyond_limit, text_of, tokens_of, with_text
from nodes.conversation import (
    Conversation,
    ConversationContext,
    ConversationState,
    ConversationUpdate,
    Message,
    Skipped,
    Turn,
    conversation_step,
)
from nodes.history import instruction_of, reason_to_skip
from nodes.state import written


@conversation_step
def new_conversation(state: ConversationState, context: ConversationContext) -> ConversationUpdate:
    """Clear what an earlier run on the thread left. Raises pydantic's ValidationError.

    Only START leads here, so a served thread can be run again, even after a run that failed.
    """
    given = {name: value for name, value in state.items() if name in Conversation.model_fields}
    conversation = Conversation.model_validate(
        {name: value for name, value in given.items() if value is not None}
    )
    return {
        **_present(None),
        "id": conversation.id,
        "messages": conversation.messages,
        "beside": conversation.beside,
        "turns": [],
    }


def whole_conversation(given: Any) -> Any:
    """Set the keys that an input leaves out to None, so that nothing is left of an earlier one."""
    if not isinstance(given, dict):
        return given
    return {**dict.fromkeys(Conversation.model_fields), **cast("dict[str, Any]", given)}


@conversation_step
def next_turn(state: ConversationState, context: ConversationContext) -> ConversationUpdate:
    """Find the next turn to evolve and its question; record the turns that are skipped.

    Its history holds the earlier answers in their evolved form.
    """
    messages, turns = state["messages"], list(state["turns"])
    for position in range(_end(turns), len(messages)):
        if messages[position]["role"] != "assistant":
            continue
        text = text_of(messages[position]) or ""
        skipped = reason_to_skip(messages, position, context.window)
        skipped = skipped or _limit(turns, messages, context, text)
        if skipped is None:
            layout, beside = context.pack.conversation, state.get("beside") or ""
            asked = instruction_of(messages, position, context.window, layout, beside)
            return {**_present(position, asked, text), "turns": turns}
        turns.append(_skip(position, text, skipped))
    return {"turn": None, "turns": turns}


@conversation_step
def takes_turn(state: ConversationState, context: ConversationContext) -> Literal["turn", "done"]:
    """Go on with a turn while there is one to evolve."""
    return "done" if state["turn"] is None else "turn"


@conversation_step
def end_turn(state: ConversationState, context: ConversationContext) -> ConversationUpdate:
    """Record the turn, and put its response where later turns will see it."""
    position = written(state["turn"])
    messages = list(state["messages"])
    ended: Turn = {
        "index": position,
        "instruction": state["instruction"],
        "original_response": text_of(messages[position]) or "",
        "response": state["response"],
        "rounds": state["rounds"],
        "stop_reason": state["stop_reason"],
        "skipped": None,
    }
    messages[position] = with_text(messages[position], state["response"])
    return {"messages": messages, "turns": [*state["turns"], ended]}


def _present(turn: int | None, instruction: str = "", response: str = "") -> ConversationUpdate:
    """The inner graph's sample, with the results of an earlier turn cleared."""
    return {
        "turn": turn,
        "instruction": instruction,
        "input": "",
        "response": response,
        "rounds": [],
        "stop_reason": None,
    }


def _end(turns: Sequence[Turn]) -> int:
    """Where the turns so far end."""
    return turns[-1]["index"] + 1 if turns else 0


def _limit(
    turns: Sequence[Turn], messages: Sequence[Message], context: ConversationContext, text: str
) -> Skipped | None:
    """The limit that the conversation has reached, if any; later turns stay as they are."""
    evolved = sum(turn["skipped"] is None for turn in turns)
    if context.max_turns is not None and evolved >= context.max_turns:
        return "max_turns"
    most = context.max_conversation_tokens
    if most is not None and tokens_of(messages[: _end(turns)]) >= most:
        return "max_conversation_tokens"
    return "max_response_tokens" if is_beyond_limit(text, context) else None


def _skip(index: int, text: str, skipped: Skipped) -> Turn:
    return {
        "index": index,
        "instruction": "",
        "original_response": text,
        "response": text,
        "rounds": [],
        "stop_reason": None,
        "skipped": skipped,
    }
