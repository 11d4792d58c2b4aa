"""Choosing: whether a row of a dataset passes through a run without a call, and why."""

from collections.abc import Iterator
from itertools import islice

from nodes.conversation import ConversationContext
from runners.data.choice import Choice, Unchosen, sample_of
from runners.data.passing import RowSkipped, reason_to_pass
from runners.data.reading import Reading, ReadRow
from runners.data.where import Where


class Choosing:
    """Applies a row filter, in the order of the rows."""

    def __init__(self, choice: Choice, reading: Reading, context: ConversationContext) -> None:
        """With a sample, all rows are read once to draw it. Raises UsageError."""
        self._choice, self._context = choice, context
        self._where = None if choice.where is None else Where(choice.where)
        if self._where is not None:
            self._where.check(reading.first)
        self._sample = None if choice.sample is None else self._drawn(reading, choice.sample)

    def reason(self, position: int, checked: ReadRow) -> RowSkipped | Unchosen | None:
        """Why a row (not a bad one) is not evolved; None if it is."""
        reason = self._unseen(checked)
        if reason is None and self._sample is not None and position not in self._sample:
            return "sample"
        return reason

    def _unseen(self, checked: ReadRow) -> RowSkipped | Unchosen | None:
        if self._where is not None and not self._where.fits(checked.row):
            return "where"
        task = checked.task
        return None if task is None else reason_to_pass(checked.row.fields, task, self._context)

    def _drawn(self, reading: Reading, size: int) -> frozenset[int]:
        return sample_of(self._candidates(Reading(reading.dataset)), size, self._choice.seed)

    def _candidates(self, reading: Reading) -> Iterator[tuple[int, str]]:
        rows = enumerate(reading)
        for position, checked in islice(rows, reading.dataset.selection.offset, None):
            if checked.task is not None and self._unseen(checked) is None:
                yield position, checked.row.digest
