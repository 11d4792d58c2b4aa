"""The tasks of a dataset that a run would evolve, each once."""

from itertools import islice
from typing import NamedTuple

from nodes.conversation import ConversationContext
from runners.data.choice import Choice
from runners.data.dataset import Dataset
from runners.data.formats import Task, task_digest
from runners.data.reading import Reading
from runners.folder.choosing import Choosing


class Tasks(NamedTuple):
    """The tasks to evolve."""

    distinct: list[Task]
    """In the dataset's order."""
    repeats: int
    """Number of rows with the task of an earlier row: they take over its result."""


def read_tasks(dataset: Dataset, context: ConversationContext, choice: Choice) -> Tasks:
    """Read the tasks of all rows but bad ones and those that pass untouched.

    Raises UsageError if the dataset can't be read, or has a bad row and is not to keep it.
    """
    reading, distinct, rows = Reading(dataset), dict[str, Task](), 0
    choosing = Choosing(choice, reading, context)
    for position, checked in islice(enumerate(reading), dataset.selection.offset, None):
        if checked.task is None or choosing.reason(position, checked) is not None:
            continue
        rows += 1
        distinct.setdefault(task_digest(checked.task), checked.task)
    return Tasks(list(distinct.values()), rows - len(distinct))
