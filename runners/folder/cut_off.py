"""Cut off: rows with answers that a limit has cut off, and that a higher one may let end.

`coevol resume RUN --max-tokens 4000 --retry-truncated` takes them again.
"""

from collections.abc import Iterator

from nodes.context import Context
from nodes.guards.finish import ending_of
from nodes.models.request import limit_of
from nodes.state import Answer
from runners.folder.ledger import LedgerReader
from runners.folder.records import Record, answers_by_role, rounds_of

_STATED = ("original", "edited", "tie")
"""Verdicts that a judge came to: what it said afterwards was not wanted."""


def is_cut_off(answer: Answer) -> bool:
    """Whether an answer was cut off, in its text or before it came to that."""
    return ending_of(answer["finish_reason"]) == "cut_off"


def has_cut_off(record: Record) -> bool:
    """Whether an agent of a row that is finished was cut off; of a judge's, before its verdict."""
    return record.failure is None and any(True for _ in _cut_off(record))


def rows_to_retry(ledger: LedgerReader, context: Context) -> Iterator[str]:
    """Yield the ids of rows of which an answer was cut off before it was as long as it may be now.

    Where nobody told how long it was, it may have been any length.
    """
    limits: dict[str, int | None] = {
        str(role): limit_of(settings) for role, settings in context.settings.items()
    }
    for _, id_, record in ledger.records():
        if record is None or record.failure is not None:
            continue
        if any(_has_room(answer, limits.get(role)) for role, answer in _cut_off(record)):
            yield id_


def _cut_off(record: Record) -> Iterator[tuple[str, Answer]]:
    for each in rounds_of(record):
        for role, answer in answers_by_role(each):
            if is_cut_off(answer) and answer.get("verdict") not in _STATED:
                yield role, answer


def _has_room(answer: Answer, limit: int | None) -> bool:
    length = answer["output_tokens"]
    return length is None or limit is None or length < limit
