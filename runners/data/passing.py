"""Passing: which rows go through a run untouched, because agents could not see all of them."""

from typing import Literal

from nodes.conversation import ConversationContext, Skipped
from nodes.state import Sample
from runners.data.before import reason_to_skip_talk
from runners.data.formats import Task
from runners.data.rows import Fields

MEDIA = ("image", "images", "video", "videos", "audio", "audios")
"""Columns in which datasets keep what a row's texts are about and agents can't see or hear."""
RowSkipped = Skipped | Literal["media"]
"""Why a row was not evolved: as a turn is not, or it has something in a column of MEDIA."""


def reason_to_pass(fields: Fields, task: Task, context: ConversationContext) -> RowSkipped | None:
    """Why the row as a whole is not evolved; None if it is, a conversation turn by turn."""
    if _has_media(fields):
        return "media"
    return reason_to_skip_talk(task, context) if isinstance(task, Sample) else None


def _has_media(fields: Fields) -> bool:
    return any(fields.get(name) for name in MEDIA)
