"""Answers: the part of a model's result that is kept, and whether it is worth keeping."""

from typing import Any, cast

from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from nodes.answer import is_unfinished, read_answer
from nodes.guards.finish import BrokenAnswerError, check_answered, ending_of
from nodes.models.completion import finish_reason_in, model_name_in
from nodes.models.logprobs import ASKED
from nodes.models.thinking import read_content, thinking_kept
from nodes.models.tiers import ENTRY, tier_told
from nodes.state import Answer
from runners.calls.faults import Fault, Kind
from runners.calls.spent import Spent, spent_on

_TOLD = ("finish_reason", "model_name")
"""Metadata that is always kept. Token counts and service tier are kept if reported."""
_PLAIN = (_TOLD, (*_TOLD, ENTRY))
"""Metadata from which nothing has to be removed."""


def plain_answer(result: ChatResult) -> ChatGeneration:
    """Reduce a model's result to what the graph reads, in the same form for every model."""
    generation = result.generations[0]
    message = cast("AIMessage", generation.message)
    if tuple(message.response_metadata) in _PLAIN and generation.generation_info is None:
        return generation
    beside = result.llm_output or {}
    told = {**beside, **message.response_metadata, **(generation.generation_info or {})}
    kept: dict[str, Any] = dict(
        zip(_TOLD, (finish_reason_in(told), model_name_in(told)), strict=True)
    )
    if isinstance(tier := told.get(ENTRY), str):
        kept[ENTRY] = tier
    if isinstance(tokens := told.get(ASKED), list):
        kept[ASKED] = tokens
    spoken = read_content(message.content, message.additional_kwargs)
    return ChatGeneration(
        message=AIMessage(
            spoken.text,
            additional_kwargs=thinking_kept(spoken),
            response_metadata=kept,
            usage_metadata=message.usage_metadata,
        )
    )


def tier_of(generation: ChatGeneration, *, asked: str) -> str:
    """The service tier that the answer names, else the one asked for; empty for the usual one."""
    metadata: dict[str, Any] = generation.message.response_metadata
    told = tier_told(metadata.get(ENTRY))
    return asked if told is None else told


def answer_of(generation: ChatGeneration) -> Answer:
    """The Answer that the graph will see."""
    return read_answer(cast("AIMessage", generation.message))


def whole_answer(generation: ChatGeneration) -> ChatGeneration | Fault:
    """The answer, or a fault (which is paid all the same) if the endpoint aborted it."""
    try:
        check_answered(generation.message.response_metadata["finish_reason"])
    except BrokenAnswerError as error:
        paid = _told(answer_of(generation))
        return Fault(Kind.TRANSIENT, type(error).__name__, str(error), paid=paid)
    return generation


def _told(answer: Answer) -> Spent | None:
    """The usage of an unusable answer, if the endpoint reports it."""
    return None if answer["input_tokens"] is None else spent_on(answer)


def may_be_chance(generation: ChatGeneration) -> bool:
    """Whether an answer is empty for no known reason, so that another attempt may do better.

    Not if it ended during the thinking or was filtered: the same call would end so again.
    """
    if generation.text.strip():
        return False
    answer = answer_of(generation)
    return ending_of(answer["finish_reason"]) == "finished" and not is_unfinished(answer)


def is_worth_keeping(answer: Answer, *, stops: bool = False) -> bool:
    """Whether to keep an answer in the journal: not if another attempt may do better.

    Empty and filtered answers are not kept. An answer cut off by the limit is, because the same
    limit would cut it off again; so is one that ended during the thinking, and an empty one if the
    model was to stop at a text (`stops`).
    """
    ending = ending_of(answer["finish_reason"])
    if stops and ending == "finished":
        return True
    is_said = ending in ("finished", "cut_off")
    return (is_said and bool(answer["text"].strip())) or is_unfinished(answer)


def is_whole(answer: Answer) -> bool:
    """Whether an answer ended by itself, so that a higher limit would change nothing."""
    return ending_of(answer["finish_reason"]) == "finished" and bool(answer["text"].strip())
