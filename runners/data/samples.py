"""Samples: what agents are given of a row, as it is before anything is evolved."""

from collections.abc import Iterator

from nodes.content import text_of
from nodes.conversation import ConversationContext
from nodes.history import instruction_of, reason_to_skip
from nodes.state import Sample
from runners.data.before import as_asked
from runners.data.formats import Task


def samples_of(task: Task, context: ConversationContext) -> Iterator[Sample]:
    """The samples that a row has: itself, or one for each turn that would be evolved."""
    if isinstance(task, Sample):
        yield as_asked(task, context)
        return
    for position, message in enumerate(task.messages):
        is_turn = message["role"] == "assistant"
        if is_turn and reason_to_skip(task.messages, position, context.window) is None:
            layout = context.pack.conversation
            asked = instruction_of(task.messages, position, context.window, layout, task.beside)
            yield Sample(id="", instruction=asked, input="", response=text_of(message) or "")
