"""Intake: the rows of a dataset beside what the ledger has of them."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from nodes.conversation import ConversationContext
from nodes.state import Sample
from runners.data.before import as_asked
from runners.data.dataset import Dataset
from runners.data.formats import Task
from runners.data.rows import Row
from runners.errors import UsageError
from runners.folder.ledger import Ledger, LedgerReader
from runners.folder.records import Record


class Recorded(NamedTuple):
    """A row and what became of it."""

    position: int
    """From 0, in the whole input."""
    row: Row
    id: str
    record: Record | None
    """None if it is not done."""


def take_down(dataset: Dataset, ledger: Ledger, check: Callable[[], None] | None = None) -> None:
    """Take down the selected rows in the ledger. Raises UsageError if there are none.

    `check` looks at the outcome; if it raises, the ledger stays as it was.
    """
    ids = set(dataset.selection.where_id)

    def is_selected(position: int, id: str) -> bool:
        return position >= dataset.selection.offset and (not ids or id in ids)

    def check_selected() -> None:
        if ledger.counts().rows == 0:
            raise UsageError(f"{dataset.name}: no row is selected; see --offset and --where-id")
        if check is not None:
            check()

    dataset.stamp()
    ledger.scan((row.digest for row in dataset.rows()), is_selected, check_selected)


def tasks_of(
    dataset: Dataset,
    ledger: Ledger,
    context: ConversationContext,
    tell: Callable[[str, int], None] | None = None,
) -> Iterator[Task]:
    """Yield the samples or conversations to be evolved, in order. Raises UsageError.

    `tell` hears the id and the position of each before it is yielded.
    """
    for position, id_, row in left(dataset, ledger):
        dataset.look_again()  # this goes on for hours
        if tell is not None:
            tell(id_, position)
        task = dataset.read(row)
        task = as_asked(task, context) if isinstance(task, Sample) else task
        yield task.model_copy(update={"id": id_})


def left(dataset: Dataset, ledger: LedgerReader) -> Iterator[tuple[int, str, Row]]:
    """Yield position, id and content of the rows that are not done, in order. Raises UsageError."""
    rows = enumerate(dataset.rows())
    for wanted, id_ in ledger.todo():
        yield wanted, id_, next(row for position, row in rows if position == wanted)


def recorded(dataset: Dataset, ledger: LedgerReader) -> Iterator[Recorded]:
    """Yield the selected rows in order, with what became of them.

    Raises UsageError if the rows are no longer those that the ledger has taken down.
    """
    rows = enumerate(dataset.rows())
    for wanted, id_, record in ledger.records():
        row = next((row for position, row in rows if position == wanted), None)
        if row is None or not id_.startswith(row.digest):
            reason = f"is not the one of the run (id {id_})"
            raise UsageError(f"{dataset.name}, row {wanted + 1}: {reason}; has the file changed?")
        yield Recorded(wanted, row, id_, record)
