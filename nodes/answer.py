"""Answers: what the graph keeps of a model's message. The only place that separates thinking."""

from langchain_core.messages import AIMessage

from nodes.guards.finish import ending_of
from nodes.models.completion import finish_reason_in, model_name_in
from nodes.models.thinking import read_content, separate
from nodes.models.usage import UNTOLD, Details, details_of
from nodes.state import Answer


def read_answer(message: AIMessage, rewritten: str = "") -> Answer:
    """The parts of a model's message that the graph keeps: text, thinking, tokens, finish reason.

    `rewritten` is the text that the model was to rewrite, if any. If that opens with thinking
    itself, thinking at the start of the answer is part of the answer's text.
    """
    usage = message.usage_metadata
    spoken = separate(read_content(message.content, message.additional_kwargs), rewritten)
    answer: Answer = {
        "text": spoken.text,
        "finish_reason": finish_reason_in(message.response_metadata),
        "model": model_name_in(message.response_metadata),
        "input_tokens": usage["input_tokens"] if usage else None,
        "output_tokens": usage["output_tokens"] if usage else None,
    }
    if spoken.thinking is not None:
        answer["thinking"] = spoken.thinking
    details = details_of(usage) if usage else UNTOLD
    if details is not UNTOLD:
        _add_details(answer, details)
    return answer


def _add_details(answer: Answer, details: Details) -> None:
    """Add the counts of cached and reasoning tokens that the endpoint reported."""
    if details.reasoning is not None:
        answer["reasoning_tokens"] = details.reasoning
    if details.cached is not None:
        answer["cached_tokens"] = details.cached
    if details.cache_written is not None:
        answer["cache_written_tokens"] = details.cache_written
    if details.cache_written_1h:
        answer["cache_written_1h_tokens"] = details.cache_written_1h


def is_unfinished(answer: Answer) -> bool:
    """Whether an answer has no text because it ended while the model was still thinking.

    Some endpoints don't return the thinking: there, an empty answer that was cut off counts, too.
    """
    if answer["text"].strip():
        return False
    return "thinking" in answer or ending_of(answer["finish_reason"]) == "cut_off"
