"""Answers: what the graph keeps of a model's message."""

from langchain_core.messages import AIMessage

from nodes.state import Answer


def read_answer(message: AIMessage) -> Answer:
    """Take from a model's message what the graph keeps of it."""
    usage = message.usage_metadata
    return {
        "text": message.text,
        "finish_reason": message.response_metadata.get("finish_reason"),
        "model": message.response_metadata.get("model_name"),
        "input_tokens": usage["input_tokens"] if usage else None,
        "output_tokens": usage["output_tokens"] if usage else None,
    }
