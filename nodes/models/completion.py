"""Chat completions: turns a choice of OpenAI's protocol into a LangChain message.

It also reads, from the messages of any LangChain package, how they ended.
"""

from collections.abc import Mapping
from typing import Any, cast

from langchain_core.messages import AIMessage

from nodes.models.logprobs import logprobs_kept
from nodes.models.thinking import read_content, thinking_kept

_REASONS = ("finish_reason", "stop_reason", "stopReason", "done_reason")
"""The keys of OpenAI, Gemini and Mistral, of Anthropic, of Bedrock, and of Ollama."""
_MODELS = ("model_name", "model", "model_id")
_BLOCKED = "content_filter"


def read_choice(choice: Mapping[str, Any]) -> AIMessage:
    """The message of a choice: text, thinking, finish reason, and logprobs if reported.

    For a refusal in place of the content, the text is the refusal, and so is the finish reason.
    Raises LookupError, TypeError or AttributeError if there is no message with either.
    """
    message: Mapping[str, Any] = choice["message"]
    spoken = read_content(message.get("content"), message)
    refusal = message.get("refusal")
    is_told = bool(refusal or message.get("tool_calls")) or spoken.thinking is not None
    if "content" not in message and not is_told:
        raise LookupError("content")
    is_refusal = not spoken.text and isinstance(refusal, str) and bool(refusal)
    reason = "refusal" if is_refusal else choice.get("finish_reason")
    return AIMessage(
        str(refusal) if is_refusal else spoken.text,
        additional_kwargs=thinking_kept(spoken),
        response_metadata={"finish_reason": reason, **logprobs_kept(choice)},
    )


def finish_reason_in(metadata: Mapping[str, Any]) -> str | None:
    """The finish reason in a message's metadata; None if there is none.

    If Gemini rejects a prompt, it returns no candidate but a block reason, which is taken instead.
    """
    feedback = metadata.get("prompt_feedback")
    if isinstance(feedback, dict) and cast("dict[str, Any]", feedback).get("block_reason"):
        return _BLOCKED
    return _first_text(metadata, _REASONS)


def model_name_in(metadata: Mapping[str, Any]) -> str | None:
    """Which model answered, by a message's metadata."""
    return _first_text(metadata, _MODELS)


def _first_text(metadata: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    for name in names:
        if isinstance(each := metadata.get(name), str):
            return each
    return None
