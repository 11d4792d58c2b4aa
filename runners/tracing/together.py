"""Several tracers of one run, combined for the engine."""

from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager

from langchain_core.runnables.config import merge_configs

from runners.data.formats import Task
from runners.tracing.trace import RowTrace, Tracer


class TracersTogether:
    """Each of them traces the rows that it has chosen."""

    def __init__(self, tracers: Sequence[Tracer]) -> None:
        self._tracers = tracers

    def place(self, id: str, position: int) -> None:
        """Note the position in the dataset of a row that will be evolved soon."""
        for each in self._tracers:
            each.place(id, position)

    @contextmanager
    def row(self, task: Task) -> Generator[RowTrace]:
        """Trace a row for as long as the block lasts."""
        with ExitStack() as rows:
            traces = [rows.enter_context(each.row(task)) for each in self._tracers]
            configs = [each.config for each in traces if each.config is not None]
            together = RowTrace(merge_configs(*configs) if configs else None)
            yield together
            for each in traces:
                each.record = together.record
