"""Tracing of a run: which rows are traced, how each is named, and one line if traces were lost.

export LANGSMITH_TRACING=true LANGSMITH_API_KEY=...
coevol evolve data.json --out runs/mine --trace-sample 0.01
"""

import time
from collections import deque
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple
from uuid import UUID

from langchain_core.runnables import RunnableConfig
from langsmith import tracing_context, uuid7  # pyright: ignore[reportUnknownVariableType]
from langsmith.schemas import LangSmithInfo
from langsmith.utils import get_tracer_project

from runners.data.formats import Task
from runners.folder.records import Record
from runners.tracing.chosen import is_chosen
from runners.tracing.client import make_client
from runners.tracing.outbox import Outbox
from runners.tracing.scores import trace_scores
from runners.tracing.trace import RowTrace
from runners.tracing.tree import RowTracer
from runners.tracing.wire import ClientSession

_PATIENCE = 6.0
"""Seconds after the last row for delivering the remaining traces."""
_HANDOVER = 3.0
"""Seconds for the client to hand them to the outbox."""
_INFO = LangSmithInfo(version="0.12.0", instance_flags={"zstd_compression_enabled": True})
"""What the client assumes about the endpoint: the outbox asks it, so that the run need not wait."""


class _Score(NamedTuple):
    """Feedback that waits until the project's id is known."""

    trace: UUID
    key: str
    score: float


class Tracing:
    """The traces of one run."""

    def __init__(self, metadata: Mapping[str, Any], framework: str, rate: float) -> None:
        """Create LangSmith's client. `metadata` is common to all rows. Raises NoClient."""
        self._metadata = {**metadata, "trace_sample": rate}
        self._tags, self._rate = [f"framework:{framework}"], rate
        self._positions: dict[str, int] = {}
        self._scores: deque[_Score] = deque()
        self._traced = self._left_out = 0
        self._project = get_tracer_project() or "default"
        self._outbox = Outbox(ClientSession())
        self._client = make_client(self._outbox.session, info=_INFO)
        self._outbox.start(self._client, self._project)

    def place(self, id: str, position: int) -> None:
        """Note the position in the dataset of a row that will be evolved soon."""
        if is_chosen(id, self._rate):
            self._positions[id] = position

    @contextmanager
    def row(self, task: Task) -> Generator[RowTrace]:
        """Trace a row if it is chosen, and send its scores as feedback at the end."""
        position = self._positions.pop(task.id, None)
        if not is_chosen(task.id, self._rate):
            yield RowTrace()
        elif not self._outbox.has_room:
            self._left_out += 1
            yield RowTrace()
        else:
            self._traced += 1
            id_ = uuid7()
            trace = RowTrace(self._config(task.id, position, id_))
            with tracing_context(enabled=True, parent=False):
                yield trace
            self._score(id_, trace.record)

    def close(self) -> str | None:
        """Deliver what is left within a few seconds; return one line about losses, if any."""
        deadline = time.monotonic() + _PATIENCE
        lost = self._traced
        try:
            self._outbox.hurry(deadline)
            self._send_scores()
            self._client.flush(timeout=_HANDOVER)
            lost = self._outbox.finish(deadline)
        except KeyboardInterrupt:
            self._outbox.trouble = "interrupted"
        self._client.close(timeout=0)
        if not (lost or self._left_out):
            return None
        rows = self._traced + self._left_out
        count = f"{min(lost, self._traced) + self._left_out} of {rows}"
        return (
            f"traces of {count} rows are missing or not whole in LangSmith: {self._outbox.trouble}"
        )

    def _config(self, id: str, position: int | None, trace: UUID) -> RunnableConfig:
        return RunnableConfig(
            run_name=id,
            run_id=trace,
            tags=self._tags,
            metadata={**self._metadata, "sample_id": id, "position": position},
            callbacks=[RowTracer(client=self._client, project_name=self._project)],
        )

    def _score(self, trace: UUID, record: Record | None) -> None:
        if record is not None and record.failure is None:
            scores = trace_scores(record)._asdict()
            self._scores += [_Score(trace, *each) for each in scores.items() if each[1] is not None]
        self._send_scores()

    def _send_scores(self) -> None:
        project = self._outbox.project
        while project and self._scores:
            each = self._scores.popleft()
            self._client.create_feedback(
                key=each.key, score=each.score, trace_id=each.trace, session_id=project
            )
