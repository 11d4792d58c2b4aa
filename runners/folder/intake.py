"""Intake: the rows of a dataset come into the ledger, and are found there with what became of them.

Of a large dataset the first rows come in before the run, and all others while it is at work: so a
bad row far behind may be met when calls have been paid for. Then the run ends, resumable; the next
start takes in all rows before it goes on.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cached_property
from hashlib import sha256
from typing import NamedTuple

from nodes.conversation import ConversationContext
from runners.data.choice import EVERY_ROW, Choice
from runners.data.dataset import Dataset
from runners.data.formats import task_digest
from runners.data.reading import Reading, ReadRow
from runners.data.rows import Row
from runners.errors import UsageError
from runners.folder.choosing import Choosing
from runners.folder.ledger import Counts, LedgerReader
from runners.folder.records import Record, bad_row, passed_over
from runners.folder.taking import Arrival, Taking
from runners.storage.database import Database

LARGE = 64 << 20
"""Bytes of files beyond which a run does not wait until all rows are taken in: some 2 s."""
FIRST = 10_000
"""Rows of a larger dataset that are taken in before the run: some 0.3 s."""
_PIECE = 1000


class Recorded(NamedTuple):
    """A row and what became of it."""

    position: int
    """From 0, in the whole input."""
    row: Row
    id: str
    record: Record | None
    """None if it is not done."""


class Intake:
    """The one pass in which a dataset's rows are checked, hashed and taken down in the ledger.

    Of a large dataset only the first rows are, before the first of them is evolved.
    """

    def __init__(
        self,
        reading: Reading,
        database: Database,
        context: ConversationContext,
        choice: Choice = EVERY_ROW,
    ) -> None:
        """Rows outside of the choice pass untouched."""
        self.dataset, self._reading = reading.dataset, reading
        self._choice, self._context, self._arrived = choice, context, 0
        self._checked = iter(reading)
        self._taking = Taking(database, self._is_selected)
        self._ids = set(reading.dataset.selection.where_id)
        self.notes = reading.notes
        """Lines that tell a person how the rows are read."""
        self.is_over = False
        """Whether all rows are taken down."""
        self._mark: str | None = None

    @cached_property
    def _choosing(self) -> Choosing:
        return Choosing(self._choice, self._reading, self._context)

    @property
    def sha256(self) -> str | None:
        """The hash of the files, once all rows are taken down; None of files on no disk."""
        return self._reading.sha256

    @property
    def rows(self) -> int:
        """How many rows are selected, as far as they are taken down."""
        return self._taking.selected

    def begin(
        self,
        check: Callable[[LedgerReader], None] = lambda _: None,
        *,
        forget_failures: bool = False,
        may_be_partly: bool = False,
        settings: str | None = None,
    ) -> None:
        """Take down all rows, or the first ones of a large dataset if it `may_be_partly`.

        None is read again if `settings` says all that decides what is taken down, and neither it
        nor the data has changed since all rows were.

        `check` looks at the outcome; if it raises, the ledger stays as it was, as it does when a
        bad row is met. With `forget_failures` rows that failed are to be done again. Raises
        UsageError, also if no row is selected, and StorageError.
        """
        self._mark = self._marked(settings)
        if not forget_failures and self._is_taken():
            return
        is_partly = may_be_partly and is_large(self.dataset)
        arrivals = self._arrivals(FIRST if is_partly else None, to_the_end=not is_partly)
        self._taking.begin(arrivals, check, forget_failures=forget_failures)

    def go_on(self) -> Counts:
        """Take down some more rows; return what came to the ledger.

        Raises UsageError for a bad row, and StorageError: those before stay.
        """
        return self._taking.add(self._arrivals(_PIECE, to_the_end=True))

    def close(self) -> None:
        """Close what is open."""
        self._taking.close()

    def _marked(self, settings: str | None) -> str | None:
        data = self._reading.mark
        if settings is None or data is None:
            return None
        return sha256(f"{settings}\n{data}".encode()).hexdigest()

    def _is_taken(self) -> bool:
        """Whether the ledger has all rows already; if so, there is nothing left to take down."""
        taken = None if self._mark is None else self._taking.taken(self._mark)
        if taken is not None:
            self._taking.selected, self._reading.sha256 = taken
            self.is_over = True
        return self.is_over

    def _arrivals(self, most: int | None, *, to_the_end: bool) -> Iterator[Arrival]:
        """Yield some rows; at the last one, `to_the_end`, the rest of the files is hashed."""
        for number, checked in enumerate(self._checked, start=1):
            yield self._arrival(checked)
            self._arrived += 1
            if number == most:
                return
        if to_the_end:
            self._reading.finish()
            if self.rows == 0:
                name = self.dataset.name
                raise UsageError(f"{name}: no row is selected; see --offset and --where-id")
            self._taking.finish(self._mark, self.sha256)
            self.is_over = True

    def _arrival(self, checked: ReadRow) -> Arrival:
        passed, task = self._passed(checked), checked.task
        asked = None if task is None or passed is not None else task_digest(task)
        return Arrival(checked.row.digest, passed, asked)

    def _is_selected(self, position: int, id: str) -> bool:
        return position >= self.dataset.selection.offset and (not self._ids or id in self._ids)

    def _passed(self, checked: ReadRow) -> Callable[[str], Record] | None:
        """Return what makes the record of a row that no agent is asked about; None for others."""
        task = checked.task
        if task is None:
            return lambda id_: bad_row(id_, self.dataset.format, checked.fault)
        reason = self._choosing.reason(self._arrived, checked)
        if reason is None:
            return None
        return lambda id_: passed_over(task.model_copy(update={"id": id_}), reason)


def take_down(
    dataset: Dataset, database: Database, context: ConversationContext, choice: Choice
) -> None:
    """Take down the selected rows of a dataset. Raises UsageError, StorageError."""
    with closing(Intake(Reading(dataset), database, context, choice)) as intake:
        intake.begin()


def is_large(dataset: Dataset) -> bool:
    """Whether a dataset takes so long to read that its first rows had better not wait for it.

    What is held in memory as a whole, to be read twice at the same time, is not. Raises UsageError.
    """
    size = dataset.size
    return dataset.is_streamed and (size is None or size > LARGE)


def recorded(dataset: Dataset, ledger: LedgerReader) -> Iterator[Recorded]:
    """Yield the selected rows in order, with what became of them.

    Raises UsageError if the rows are no longer those that the ledger has taken down.
    """
    rows = enumerate(dataset.rows())
    for wanted, id_, record in ledger.records():
        yield Recorded(wanted, row_at(wanted, id_, rows, dataset), id_, record)


def row_at(wanted: int, id: str, rows: Iterator[tuple[int, Row]], dataset: Dataset) -> Row:
    """The row at a position, out of those that are still to come.

    Raises UsageError if it is not the one that the ledger has taken down.
    """
    row = next((row for position, row in rows if position == wanted), None)
    if row is None or not id.startswith(row.digest):
        reason = f"is not the one of the run (id {id})"
        raise UsageError(f"{dataset.name}, row {wanted + 1}: {reason}; has the file changed?")
    return row
