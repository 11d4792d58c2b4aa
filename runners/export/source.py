"""The source of an export: the rows of a run with their records."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from nodes.counted import counted
from nodes.trace_choice import Traces
from runners.data.dataset import Dataset
from runners.data.formats import Format, parse_format
from runners.data.hub import is_hub
from runners.data.rows import Fields, Row
from runners.data.stores import Location, location_of
from runners.data.traced_rows import write_row
from runners.errors import UsageError
from runners.export.trace_layout import TraceLayout, row_laid_out
from runners.folder.intake import recorded
from runners.folder.ledger import Counts
from runners.folder.opened import OpenedRun, open_run
from runners.folder.records import Record
from runners.people.overruling import Decisions, overruled


class Item(NamedTuple):
    """A row of a run."""

    id: str
    format: Format
    row: Row
    """The row as the dataset has it."""
    record: Record | None
    """None if the row is not done."""
    changes: Mapping[int, str]
    """The evolved responses to put into the row, by the positions of their messages."""
    traces: Traces = "keep"
    """What the run did with thinking before responses."""
    trace_layout: TraceLayout | None = None
    """Where to put the thinking; None to leave it where it is."""

    @property
    def fields(self) -> Fields:
        """The row as it is exported: its evolved responses in place, everything else as it was.

        Raises Unfit if a response is nothing but thinking, which is to be left out.
        """
        is_untouched = self.record is not None and self.record.skipped is not None
        traces: Traces = "keep" if is_untouched else self.traces
        fields = write_row(self.format, self.row.fields, self.changes, traces)
        if self.trace_layout is None:
            return fields
        return row_laid_out(self.format, fields, self.trace_layout)


class Source:
    """A run opened for reading, in the state in which it was opened."""

    def __init__(
        self,
        run: OpenedRun,
        dataset: Dataset,
        trace_layout: TraceLayout | None = None,
        decisions: Decisions | None = None,
    ) -> None:
        """`decisions` are people's, which overrule the judge; None to ignore them."""
        self.folder, self.run_file = run.folder, run.run_file
        self.format = dataset.format
        self._run, self._dataset = run, dataset
        self._trace_layout: TraceLayout | None = trace_layout
        self._decisions: Decisions = decisions or {}
        self.counts: Counts = run.ledger.counts()

    @property
    def judge_delimiters(self) -> Sequence[str]:
        """The delimiters of the judge's prompt in the run.

        Raises UsageError if the run's prompt pack can't be found.
        """
        return self._run.judge_delimiters

    def items(self) -> Iterator[Item]:
        """Yield the run's rows in the dataset's order. Raises UsageError if it can't be read."""
        for _, row, id_, record in recorded(self._dataset, self._run.ledger):
            if record is not None and self._decisions:
                record = overruled(record, self._decisions)
            changes = record.changes if record else {}
            layouts = self._dataset.traces, self._trace_layout
            yield Item(id_, self.format, row, record, changes, *layouts)


@contextmanager
def open_source(
    run: Path,
    *,
    partial: bool,
    data: Location | None = None,
    trace_layout: TraceLayout | None = None,
    decisions: Decisions | None = None,
) -> Generator[Source]:
    """Open a run. `data` is where its dataset is now; None if it has not moved.

    Raises UsageError if there is no such run, its dataset is gone, or it is not finished, unless
    unfinished rows are to be exported, too (`partial`).
    """
    with open_run(run) as opened, opened.database.snapshot():
        run_file = opened.run_file
        path = data or location_of(run_file.data.path)
        if isinstance(path, Path) and not is_hub(path) and not path.exists():
            raise UsageError(
                f"{path}: the run's dataset is not there; give its place as --data PATH"
            )
        dataset = Dataset(
            path,
            run_file.data.selection,
            parse_format(run_file.settings.format),
            bad_rows=run_file.data.bad_rows,
            traces=run_file.settings.traces,
            encoding=run_file.data.encoding,
        )
        source = Source(opened, dataset, trace_layout, decisions)
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
            f"{run}: {counts.left:,} of {counted(counts.rows, 'row')} not done; coevol resume "
            f"{run} goes on, or --partial exports them with their originals"
        )
