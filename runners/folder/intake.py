"""Intake: registers a dataset's rows in the ledger, and finds them there with their records.

Of a large dataset, the first rows are registered before the run, and all others while it works: so
a bad row far behind may be met after calls have been paid for. Then the run ends, resumable; the
next start registers all rows before it goes on.
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
"""Size of files in bytes beyond which a run does not wait for all rows (about 2 s)."""
FIRST = 10_000
"""Rows of a larger dataset that are registered before the run starts (about 0.3 s)."""
_PIECE = 1000


class Recorded(NamedTuple):
    """A row and its record."""

    position: int
    """Position from 0, in the whole input."""
    row: Row
    id: str
    record: Record | None
    """None if it is not done."""


class Intake:
    """The single pass in which a dataset's rows are checked, hashed and registered in the ledger.

    For a large dataset, only the first rows are registered before evolving starts.
    """

    def __init__(
        self,
        reading: Reading,
        database: Database,
        context: ConversationContext,
        choice: Choice = EVERY_ROW,
    ) -> None:
        """Rows that the filter leaves out pass untouched."""
        self.dataset, self._reading = reading.dataset, reading
        self._choice, self._context, self._arrived = choice, context, 0
        self._checked = iter(reading)
        self._taking = Taking(database, self._is_selected)
        self._ids = set(reading.dataset.selection.where_id)
        self.notes = reading.notes
        """Notes for the user about how the rows are read."""
        self.is_over = False
        """Whether all rows are registered."""
        self._mark: str | None = None

    @cached_property
    def _choosing(self) -> Choosing:
        return Choosing(self._choice, self._reading, self._context)

    @property
    def sha256(self) -> str | None:
        """The hash of the files, once all rows are registered; None if they are not local."""
        return self._reading.sha256

    @property
    def rows(self) -> int:
        """How many of the rows registered so far are selected."""
        return self._taking.selected

    def begin(
        self,
        check: Callable[[LedgerReader], None] = lambda _: None,
        *,
        forget_failures: bool = False,
        may_be_partly: bool = False,
        settings: str | None = None,
    ) -> None:
        """Register all rows, or the first ones of a large dataset if it `may_be_partly`.

        Nothing is read if neither the data nor `settings` (everything that affects registration)
        has changed since all rows were registered.

        `check` inspects the outcome; if it raises, or a bad row is met, the ledger stays as it was.
        With `forget_failures`, failed rows are to be done again. Raises UsageError, also if no row
        is selected, and StorageError.
        """
        self._mark = self._marked(settings)
        if not forget_failures and self._is_taken():
            return
        is_partly = may_be_partly and is_large(self.dataset)
        arrivals = self._arrivals(FIRST if is_partly else None, to_the_end=not is_partly)
        self._taking.begin(arrivals, check, forget_failures=forget_failures)

    def go_on(self) -> Counts:
        """Register some more rows; return the counts added.

        Raises UsageError for a bad row, and StorageError: earlier rows stay registered.
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
        """Whether the ledger has all rows already, so that nothing is left to register."""
        taken = None if self._mark is None else self._taking.taken(self._mark)
        if taken is not None:
            self._taking.selected, self._reading.sha256 = taken
            self.is_over = True
        return self.is_over

    def _arrivals(self, most: int | None, *, to_the_end: bool) -> Iterator[Arrival]:
        """Yield some rows; with `to_the_end`, hash the rest of the files after the last one."""
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
        """A function that makes the record of a row that passes untouched; None for others."""
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
    """Register the selected rows of a dataset. Raises UsageError, StorageError."""
    with closing(Intake(Reading(dataset), database, context, choice)) as intake:
        intake.begin()


def is_large(dataset: Dataset) -> bool:
    """Whether a dataset takes so long to read that its first rows should not wait for that.

    False for datasets that are held in memory as a whole. Raises UsageError.
    """
    size = dataset.size
    return dataset.is_streamed and (size is None or size > LARGE)


def recorded(dataset: Dataset, ledger: LedgerReader) -> Iterator[Recorded]:
    """Yield the selected rows in order, with their records.

    Raises UsageError if the rows are no longer those in the ledger.
    """
    rows = enumerate(dataset.rows())
    for wanted, id_, record in ledger.records():
        yield Recorded(wanted, row_at(wanted, id_, rows, dataset), id_, record)


def row_at(wanted: int, id: str, rows: Iterator[tuple[int, Row]], dataset: Dataset) -> Row:
    """The row at a position, from an iterator over later rows.

    Raises UsageError if it is not the one in the ledger.
    """
    row = next((row for position, row in rows if position == wanted), None)
    if row is None or not id.startswith(row.digest):
        reason = f"is not the one of the run (id {id})"
        raise UsageError(f"{dataset.name}, row {wanted + 1}: {reason}; has the file changed?")
    return row
