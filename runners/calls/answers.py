"""Answers: what is kept of a model's result, and what it is worth."""

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
"""What is kept of an answer's metadata, its tokens and its service tier where they are told."""
_PLAIN = (_TOLD, (*_TOLD, ENTRY))
"""What the metadata is where nothing has to be left out."""


def plain_answer(result: ChatResult) -> ChatGeneration:
    """Keep of a model's result what the graph reads, the same for every model."""
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
    """The service tier that the answer names, else the one that was asked for; empty if usual."""
    metadata: dict[str, Any] = generation.message.response_metadata
    told = tier_told(metadata.get(ENTRY))
    return asked if told is None else told


def answer_of(generation: ChatGeneration) -> Answer:
    """What the graph will have of it."""
    return read_answer(cast("AIMessage", generation.message))


def whole_answer(generation: ChatGeneration) -> ChatGeneration | Fault:
    """The answer, unless the endpoint gave it up: that is a fault, paid all the same."""
    try:
        check_answered(generation.message.response_metadata["finish_reason"])
    except BrokenAnswerError as error:
        paid = _told(answer_of(generation))
        return Fault(Kind.TRANSIENT, type(error).__name__, str(error), paid=paid)
    return generation


def _told(answer: Answer) -> Spent | None:
    """What an answer of no use took, where the endpoint tells it."""
    return None if answer["input_tokens"] is None else spent_on(answer)


def may_be_chance(generation: ChatGeneration) -> bool:
    """Whether an answer is empty for no reason that is known: the next one may have something.

    One that never came after the thinking, or that was filtered, would be bought again unchanged.
    """
    if generation.text.strip():
        return False
    answer = answer_of(generation)
    return ending_of(answer["finish_reason"]) == "finished" and not is_unfinished(answer)


def is_worth_keeping(answer: Answer, *, stops: bool = False) -> bool:
    """Whether an answer is kept: those are not that may turn out better next time.

    Which are the empty and the filtered ones. With the same limit, one that was cut off would only
    come to the same, and so would thinking without an answer. So would nothing at all before a text
    at which the model was to stop (`stops`).
    """
    ending = ending_of(answer["finish_reason"])
    if stops and ending == "finished":
        return True
    is_said = ending in ("finished", "cut_off")
    return (is_said and bool(answer["text"].strip())) or is_unfinished(answer)


def is_whole(answer: Answer) -> bool:
    """Whether it has come to its end: a higher limit changes nothing."""
    return ending_of(answer["finish_reason"]) == "finished" and bool(answer["text"].strip())
