"""The remaining rows of a run, as tasks in order."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

from nodes.conversation import ConversationContext
from nodes.state import Sample
from runners.data.before import as_asked
from runners.data.dataset import Dataset
from runners.data.formats import Task
from runners.data.rows import Row
from runners.folder.intake import row_at
from runners.folder.ledger import LedgerReader

Tell = Callable[[str, int], None]
"""Is given the id and position of a row before its task is yielded."""
_GLANCE = 0.05
"""Seconds between checks for newly registered rows."""


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
    """Yield the same while rows are still being registered, until all are. Raises UsageError."""
    left = _Left(dataset, ledger, context, tell)
    is_over = False
    while not is_over:
        is_over = coming_in.done()  # read first: rows that come in from now on are seen next time
        for task in left.known():
            yield task
        if not is_over:
            await asyncio.sleep(_GLANCE)


class _Left:
    """The rows that are not done, in one reading of the dataset."""

    def __init__(
        self,
        dataset: Dataset,
        ledger: LedgerReader,
        context: ConversationContext,
        tell: Tell | None,
    ) -> None:
        self._dataset, self._ledger, self._context, self._tell = dataset, ledger, context, tell
        self._rows: Iterator[tuple[int, Row]] | None = None
        self._position = -1

    def known(self) -> Iterator[Task]:
        """Yield those that are in the ledger and were not yielded before."""
        for wanted, id_ in self._ledger.todo(self._position):
            self._position = wanted
            if self._rows is None:  # earlier rows are done
                self._rows = enumerate(self._dataset.rows(unread=wanted))
            row = row_at(wanted, id_, self._rows, self._dataset)
            self._dataset.look_again()  # a run may take hours
            if self._tell is not None:
                self._tell(id_, wanted)
            task = self._dataset.read(row)
            task = as_asked(task, self._context) if isinstance(task, Sample) else task
            yield task.model_copy(update={"id": id_})
