"""The column with the thinking before a row's response, if it is not in the response itself."""

from collections.abc import Collection

from nodes.conversation import Message
from nodes.models.thinking import FIELD
from runners.data.rows import Fields


def with_column(answer: Message, fields: Fields, own: Collection[str | None]) -> Message:
    """A row's answer with that column's thinking, unless it is in the format's `own`."""
    return {**answer, FIELD: fields[FIELD]} if _has_column(fields, own) else answer


def put_column(fields: Fields, answer: Message, own: Collection[str | None]) -> Fields:
    """A row with the column updated to `answer`'s thinking, or without it if there is none."""
    if FIELD in answer:
        return {**fields, FIELD: answer[FIELD]}
    if not _has_column(fields, own):
        return fields
    return {name: value for name, value in fields.items() if name != FIELD}


def _has_column(fields: Fields, own: Collection[str | None]) -> bool:
    return FIELD not in own and isinstance(fields.get(FIELD, 0), str | None)
