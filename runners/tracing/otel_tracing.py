"""Tracing of a run for OpenTelemetry: the rows of LangSmith's sample, sent to a collector.

export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318
coevol evolve data.json --out runs/mine --trace-sample 0.01
"""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from langchain_core.runnables import RunnableConfig
from langchain_core.tracers.run_collector import RunCollectorCallbackHandler
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult

from runners.data.formats import Task
from runners.folder.records import Record
from runners.tracing.chosen import is_chosen
from runners.tracing.otel import resource, shut_down
from runners.tracing.scores import trace_scores
from runners.tracing.spans import emit
from runners.tracing.trace import RowTrace


class _Exporter(OTLPSpanExporter):
    """Counts the spans that the collector accepted: the SDK does not report losses."""

    taken = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = super().export(spans)
        if result is SpanExportResult.SUCCESS:
            self.taken += len(spans)
        return result


class OtelTracing:
    """The spans of one run, which wait in the SDK's queue until its thread sends them."""

    def __init__(self, metadata: Mapping[str, Any], framework: str, rate: float) -> None:
        """Start tracing; `metadata` is common to all rows, `rate` is the share that is traced."""
        told = {**metadata, "framework": framework, "trace_sample": rate}
        self._told = {f"coevol.{name}": value for name, value in told.items()}
        self._rate, self._made = rate, 0
        self._positions: dict[str, int] = {}
        self._exporter = _Exporter()
        # A provider of its own, so that spans of other libraries and of the user's code stay
        # separate.
        self._provider = TracerProvider(resource=resource(), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(self._exporter))
        self._tracer = self._provider.get_tracer("coevol", version("coevol"))

    def place(self, id: str, position: int) -> None:
        """Note the position in the dataset of a row that will be evolved soon."""
        if is_chosen(id, self._rate):
            self._positions[id] = position

    @contextmanager
    def row(self, task: Task) -> Generator[RowTrace]:
        """Trace a row if it is chosen."""
        position = self._positions.pop(task.id, None)
        if not is_chosen(task.id, self._rate):
            yield RowTrace()
            return
        collector = RunCollectorCallbackHandler()
        trace = RowTrace(RunnableConfig(run_name=task.id, callbacks=[collector]))
        yield trace
        told = {"coevol.sample_id": task.id, "coevol.position": position, **_outcome(trace.record)}
        for root in collector.traced_runs:
            self._made += emit(self._tracer, root, {**self._told, **told})

    def close(self) -> str | None:
        """Send what is left within a few seconds; return one line about losses, if any."""
        shut_down(self._provider)
        lost = self._made - self._exporter.taken
        if not lost:
            return None
        return f"{lost} of {self._made} spans are missing in OpenTelemetry; run.log says why"


def _outcome(record: Record | None) -> dict[str, Any]:
    """How a row ended, with the same scores as in LangSmith."""
    if record is None:
        return {}
    if record.failure is not None:
        return {"coevol.outcome": "failed", "error.type": record.failure.error}
    scores = trace_scores(record)._asdict()
    return {"coevol.outcome": "finished"} | {f"coevol.{name}": v for name, v in scores.items()}
