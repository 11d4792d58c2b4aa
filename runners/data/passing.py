"""Passing: rows that are not evolved because agents could not see all of them."""

from typing import Literal

from nodes.content import is_beyond_limit
from nodes.conversation import ConversationContext, Skipped
from nodes.state import Sample
from nodes.traces import split_trace
from runners.data.before import message_of, reason_to_skip_talk
from runners.data.choice import Unchosen
from runners.data.formats import Task
from runners.data.rows import Fields

MEDIA = ("image", "images", "video", "videos", "audio", "audios")
"""Columns with media that a row's texts refer to, and that agents can't see or hear."""
RowSkipped = Skipped | Unchosen | Literal["media"]
"""Why a row was not evolved: a reason as for a turn, it was filtered out, or it has media."""


def reason_to_pass(fields: Fields, task: Task, context: ConversationContext) -> RowSkipped | None:
    """Why a whole row is not evolved; None if it is, a conversation turn by turn."""
    if _has_media(fields):
        return "media"
    if not isinstance(task, Sample):
        return None
    if _is_all_trace(task):
        return "only_thinking"
    too_long = is_beyond_limit(task.response, context)
    return "max_response_tokens" if too_long else reason_to_skip_talk(task, context)


def _is_all_trace(sample: Sample) -> bool:
    return split_trace(message_of("assistant", sample.response)).is_all_trace


def _has_media(fields: Fields) -> bool:
    return any(fields.get(name) for name in MEDIA)
