"""What is left to do of a run: its rows as tasks, in order, as far as the ledger knows of them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

from nodes.conversation import ConversationContext
from nodes.state import Sample
from runners.data.before import as_asked
from runners.data.dataset import Dataset
from runners.data.formats import Task
from runners.folder.intake import row_at
from runners.folder.ledger import LedgerReader

Tell = Callable[[str, int], None]
"""Hears the id and the position of a row before its task is yielded."""
_GLANCE = 0.05
"""Seconds after which it is looked for rows that have come in."""


def tasks_of(
    dataset: Dataset,
    ledger: LedgerReader,
    context: ConversationContext,
    tell: Tell | None = None,
) -> Iterator[Task]:
    """Yield the samples or conversations to be evolved, in order. Raises UsageError."""
    yield from _Left(dataset, ledger, context, tell).known()


async def tasks_while(
    coming_in: "asyncio.Future[None]",
    dataset: Dataset,
    ledger: LedgerReader,
    context: ConversationContext,
    tell: Tell | None = None,
) -> AsyncIterator[Task]:
    """Yield the same while rows are still being taken down, until all are. Raises UsageError."""
    left = _Left(dataset, ledger, context, tell)
    is_over = False
    while not is_over:
        is_over = coming_in.done()  # what comes in from now on is seen next time
        for task in left.known():
            yield task
        if not is_over:
            await asyncio.sleep(_GLANCE)


class _Left:
    """The rows that are not done, over one reading of the dataset."""

    def __init__(
        self,
        dataset: Dataset,
        ledger: LedgerReader,
        context: ConversationContext,
        tell: Tell | None,
    ) -> None:
        self._dataset, self._ledger, self._context, self._tell = dataset, ledger, context, tell
        self._rows = enumerate(dataset.rows())
        self._position = -1

    def known(self) -> Iterator[Task]:
        """Yield those that the ledger knows of, and that were not yielded before."""
        for wanted, id_ in self._ledger.todo(self._position):
            self._position = wanted
            row = row_at(wanted, id_, self._rows, self._dataset)
            self._dataset.look_again()  # this goes on for hours
            if self._tell is not None:
                self._tell(id_, wanted)
            task = self._dataset.read(row)
            task = as_asked(task, self._context) if isinstance(task, Sample) else task
            yield task.model_copy(update={"id": id_})
