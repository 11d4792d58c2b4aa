"""Rows that are done without a call: they pass through the run untouched, with the reason."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from nodes.conversation import ConversationContext
from runners.data.dataset import Dataset
from runners.data.passing import reason_to_pass
from runners.errors import UsageError
from runners.folder.intake import left
from runners.folder.ledger import Ledger
from runners.folder.records import Record, bad_row, passed_over

_PIECE = 1000
_REASONS = {
    "media": "with an image, a video or audio in a column: agents see text only",
    "instruction_not_text": "whose question has parts other than text, such as an image",
    "only_thinking": "whose response is a thinking trace without an answer",
    "response_not_text": "whose answer is null or has parts other than text",
    "tool_call": "that call a tool",
    "nothing_asked": "that answer no question",
    "empty_question": "that answer a blank question",
    "max_turns": "after --max-turns",
    "max_conversation_tokens": "after --max-conversation-tokens",
}
"""What closing words say of responses and rows that were not evolved, by reason."""


def pass_over(dataset: Dataset, ledger: Ledger, context: ConversationContext) -> None:
    """Record the rows that no agent is asked about. Raises UsageError, StorageError."""
    if dataset.may_pass:
        records = _passed(dataset, ledger, context)
        while some := list(islice(records, _PIECE)):
            ledger.keep_now(some)


def _passed(dataset: Dataset, ledger: Ledger, context: ConversationContext) -> Iterator[Record]:
    for _, id_, row in left(dataset, ledger):
        try:
            task = dataset.read(row)
        except UsageError as error:
            yield bad_row(id_, dataset.format, str(error))
            continue
        reason = reason_to_pass(row.fields, task, context)
        if reason is not None:
            yield passed_over(task.model_copy(update={"id": id_}), reason)


def passed_lines(summary: dict[str, Any]) -> Iterator[str]:
    """Say how many responses and rows were left as they are, a line for each reason."""
    for unit, counts in (("rows", summary["passed"]), ("turns", summary["stop_reasons"])):
        for reason, words in _REASONS.items():
            if count := counts.get(reason):
                yield f"not evolved: {count:,} {unit} {words}"
