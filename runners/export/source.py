"""The source of an export: the rows of a run as they go out, each with its record."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from runners.data.dataset import Dataset
from runners.data.formats import Format, parse_format
from runners.data.rows import Fields, Row
from runners.data.sources import is_hub
from runners.data.stores import Location, location_of
from runners.errors import UsageError
from runners.folder.intake import recorded
from runners.folder.ledger import Counts
from runners.folder.opened import OpenedRun, open_run
from runners.folder.records import Record


class Item(NamedTuple):
    """One row of a run."""

    id: str
    format: Format
    row: Row
    """The row as it came."""
    record: Record | None
    """None if it is not done."""
    changes: Mapping[int, str]
    """The responses to put into the row, by the positions of their messages."""

    @property
    def fields(self) -> Fields:
        """The row as it goes out: its responses replaced where edits won, all else as it was."""
        return self.format.write(self.row.fields, self.changes)


class Source:
    """A run that is open for reading, as it was when it was opened."""

    def __init__(self, run: OpenedRun, dataset: Dataset) -> None:
        self.folder, self.run_file = run.folder, run.run_file
        self.format = dataset.format
        self._run, self._dataset = run, dataset
        self.counts: Counts = run.ledger.counts()

    @property
    def judge_delimiters(self) -> Sequence[str]:
        """The marks with which the run's judge was asked. Raises UsageError if they are gone."""
        return self._run.judge_delimiters

    def items(self) -> Iterator[Item]:
        """Yield the selected rows in the input's order. Raises UsageError."""
        for _, row, id_, record in recorded(self._dataset, self._run.ledger):
            yield Item(id_, self.format, row, record, record.changes if record else {})


@contextmanager
def open_source(run: Path, *, partial: bool, data: Location | None = None) -> Generator[Source]:
    """Open a run. `data` is where its dataset is now, if it is no longer where it was.

    Raises UsageError if there is no run, its dataset is gone, or it is not finished and `partial`
    is not set.
    """
    with open_run(run) as opened, opened.database.snapshot():
        run_file = opened.run_file
        path = data or location_of(run_file.data.path)
        if isinstance(path, Path) and not is_hub(path) and not path.exists():
            raise UsageError(f"{path}: the run's dataset is not there; say where: --data PATH")
        dataset = Dataset(
            path,
            run_file.data.selection,
            parse_format(run_file.settings.format),
            bad_rows=run_file.data.bad_rows,
        )
        source = Source(opened, dataset)
        if run_file.data.rows is None:
            reason = "its dataset was not read to the end yet"
            raise UsageError(f"{run}: {reason}; coevol resume {run} goes on")
        _check_finished(run, source.counts, partial=partial)
        yield source


def _check_finished(run: Path, counts: Counts, *, partial: bool) -> None:
    if counts.rows == 0:
        raise UsageError(f"{run}: the run has not begun; coevol resume {run} goes on")
    if counts.left and not partial:
        raise UsageError(
            f"{run}: {counts.left} of {counts.rows} rows are not done; coevol resume {run} "
            "goes on, or --partial exports them with their originals"
        )
