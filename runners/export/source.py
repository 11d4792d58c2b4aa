"""The source of an export: the rows of a run as they go out, each with its record."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

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
    """One row of a run."""

    id: str
    format: Format
    row: Row
    """The row as it came."""
    record: Record | None
    """None if it is not done."""
    changes: Mapping[int, str]
    """The responses to put into the row, by the positions of their messages."""
    traces: Traces = "keep"
    """What the run does about thinking before responses."""
    trace_layout: TraceLayout | None = None
    """Where the thinking goes; None for where it is."""

    @property
    def fields(self) -> Fields:
        """The row as it goes out: its responses replaced where edits won, all else as it was.

        Raises Unfit for a response that would be empty without its thinking.
        """
        is_untouched = self.record is not None and self.record.skipped is not None
        traces: Traces = "keep" if is_untouched else self.traces
        fields = write_row(self.format, self.row.fields, self.changes, traces)
        if self.trace_layout is None:
            return fields
        return row_laid_out(self.format, fields, self.trace_layout)


class Source:
    """A run that is open for reading, as it was when it was opened."""

    def __init__(
        self,
        run: OpenedRun,
        dataset: Dataset,
        trace_layout: TraceLayout | None = None,
        decisions: Decisions | None = None,
    ) -> None:
        """`decisions` are people's, where they overrule the judge; None to leave rows alone."""
        self.folder, self.run_file = run.folder, run.run_file
        self.format = dataset.format
        self._run, self._dataset = run, dataset
        self._trace_layout: TraceLayout | None = trace_layout
        self._decisions: Decisions = decisions or {}
        self.counts: Counts = run.ledger.counts()

    @property
    def judge_delimiters(self) -> Sequence[str]:
        """The marks with which the run's judge was asked. Raises UsageError if they are gone."""
        return self._run.judge_delimiters

    def items(self) -> Iterator[Item]:
        """Yield the selected rows in the input's order. Raises UsageError."""
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
            f"{run}: {counts.left} of {counts.rows} rows are not done; coevol resume {run} "
            "goes on, or --partial exports them with their originals"
        )
