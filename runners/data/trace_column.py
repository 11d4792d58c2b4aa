"""The column that tells the thinking before a row's response, where it is not in the response."""

from collections.abc import Collection

from nodes.conversation import Message
from nodes.models.thinking import FIELD
from runners.data.rows import Fields


def with_column(answer: Message, fields: Fields, own: Collection[str | None]) -> Message:
    """A row's answer with what the column tells, unless it is one of the format's `own`."""
    return {**answer, FIELD: fields[FIELD]} if _has_column(fields, own) else answer


def put_column(fields: Fields, answer: Message, own: Collection[str | None]) -> Fields:
    """A row with the column as an answer of `with_column` has it now, or without it."""
    if FIELD in answer:
        return {**fields, FIELD: answer[FIELD]}
    if not _has_column(fields, own):
        return fields
    return {name: value for name, value in fields.items() if name != FIELD}


def _has_column(fields: Fields, own: Collection[str | None]) -> bool:
    return FIELD not in own and isinstance(fields.get(FIELD, 0), str | None)
