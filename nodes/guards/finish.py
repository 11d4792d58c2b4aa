"""Finish reasons: how an answer ended, according to its endpoint. Pure.

Each provider has its own words for it, in upper or lower case; case is ignored.
"""

from functools import lru_cache
from typing import Literal

Ending = Literal["finished", "cut_off", "filtered", "broken"]

_FINISHED = frozenset(
    {
        "stop",  # OpenAI and most others, Gemini
        "end_turn",  # Anthropic, Bedrock
        "stop_sequence",  # Anthropic, Cohere, TGI
        "eos",  # Together
        "eos_token",  # TGI
        "complete",  # Cohere
        "completed",
        "normal",  # ERNIE
        "end",
        "finished",
    }
)
_FILTERED = frozenset(
    {
        "content_filter",  # OpenAI, Azure, DeepSeek
        "content_filtered",  # Bedrock
        "guardrail_intervened",  # Bedrock
        "refusal",  # Anthropic; OpenAI has it as a field of the message
        "safety",  # Gemini, this and the next four
        "recitation",
        "blocklist",
        "prohibited_content",
        "spii",
        "sensitive",  # GLM
        "error_toxic",  # Cohere
    }
)
_BROKEN = frozenset(
    {
        "error",  # OpenRouter, Mistral, Cohere
        "abort",  # vLLM, SGLang
        "insufficient_system_resource",  # DeepSeek
        "network_error",  # GLM
        "timeout",  # Cohere
        "cancelled",
    }
)


class BrokenAnswerError(ValueError):
    """The endpoint aborted an answer; the part that arrived can't be used."""


@lru_cache(maxsize=64)
def ending_of(finish_reason: str | None) -> Ending:
    """How an answer ended; None, for no reason given, counts as finished.

    Everything not listed above counts as cut off: `length`, `max_tokens` (Anthropic, Gemini),
    `model_length` (Mistral), and unknown words.
    """
    reason = "stop" if finish_reason is None else finish_reason.lower()
    if reason in _FINISHED:
        return "finished"
    if reason in _FILTERED:
        return "filtered"
    return "broken" if reason in _BROKEN else "cut_off"


def check_answered(finish_reason: str | None) -> None:
    """Raise BrokenAnswerError if the endpoint aborted the answer."""
    if ending_of(finish_reason) == "broken":
        said = f"the endpoint gave the answer up: finish_reason {finish_reason!r}"
        raise BrokenAnswerError(said)
