"""Closing lines about rows and responses that needed no call."""

from collections.abc import Iterator
from typing import Any

from nodes.counted import counted

REASONS = {
    "media": "with an image, a video or audio in a column: agents see text only",
    "instruction_not_text": "whose question has parts other than text, such as an image",
    "only_thinking": "whose response is a thinking trace without an answer",
    "response_not_text": "whose answer is null or has parts other than text",
    "tool_call": "that call a tool",
    "nothing_asked": "that answer no question",
    "empty_question": "that answer a blank question",
    "max_response_tokens": "longer than --max-response-tokens",
    "where": "for which --where does not hold",
    "sample": "that are not in the --sample",
    "max_turns": "after --max-turns",
    "max_conversation_tokens": "after --max-conversation-tokens",
}
"""What closing lines say about responses and rows that were not evolved, by reason."""


def passed_lines(summary: dict[str, Any]) -> Iterator[str]:
    """Say how many responses and rows were left as they are, one line per reason.

    Also how many were evolved as part of another row.
    """
    if repeats := summary["repeats"]:
        rows = counted(repeats, "row")
        yield f"evolved once: {rows} with the task of an earlier row, as that one"
    for unit, counts in (("row", summary["passed"]), ("turn", summary["stop_reasons"])):
        for reason, words in REASONS.items():
            if count := counts.get(reason):
                yield f"not evolved: {counted(count, unit)} {words}"
