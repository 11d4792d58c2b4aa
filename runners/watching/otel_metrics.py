"""Metrics of calls by OpenTelemetry's conventions for generative AI, sent to a collector.

export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318
coevol evolve data.json --out runs/mine
"""

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from importlib.metadata import version

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.metrics import Meter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import (
    MetricExportResult,
    MetricsData,
    PeriodicExportingMetricReader,
)

from runners.calls.observer import EndedCall
from runners.folder.records import Record
from runners.run.watch import Watch
from runners.tracing.otel import provider_of, resource, shut_down
from runners.watching.seconds import BUCKETS

_TOKENS = tuple(4**power for power in range(14))
"""The conventions' bucket boundaries for `gen_ai.client.token.usage`."""


class OtelMetrics:
    """A watcher that measures calls for OpenTelemetry."""

    def __init__(self, meter: Meter) -> None:
        self._seconds = meter.create_histogram(
            "gen_ai.client.operation.duration",
            "s",
            "GenAI operation duration.",
            explicit_bucket_boundaries_advisory=BUCKETS,
        )
        self._tokens = meter.create_histogram(
            "gen_ai.client.token.usage",
            "{token}",
            "Number of input and output tokens used.",
            explicit_bucket_boundaries_advisory=_TOKENS,
        )

    def ended(self, call: EndedCall) -> None:
        """Measure a call."""
        told: dict[str, str] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": provider_of(call.model),
            "gen_ai.request.model": call.model.partition(":")[2] or call.model,
            "gen_ai.agent.name": call.role,
        }
        failed = {} if call.outcome == "answered" else {"error.type": call.outcome}
        self._seconds.record(call.seconds, told | failed)
        if call.spent is not None and not call.spent.untold:
            self._tokens.record(call.spent.input_tokens, told | {"gen_ai.token.type": "input"})
            self._tokens.record(call.spent.output_tokens, told | {"gen_ai.token.type": "output"})

    def first_byte(self, model: str, seconds: float) -> None:
        """Nothing: the conventions have this for streamed answers only."""

    def row(self, record: Record) -> None:
        """Nothing: the conventions have no metrics for rows."""

    @asynccontextmanager
    async def follow(self, view: Watch) -> AsyncGenerator[None]:
        """Nothing: all measurements come from calls."""
        yield


class _Exporter(OTLPMetricExporter):
    """Records whether the collector accepted the last figures: the SDK does not report it."""

    is_taken = True

    def export(
        self, metrics_data: MetricsData, timeout_millis: float | None = 10_000, **kwargs: object
    ) -> MetricExportResult:
        self.is_taken = False  # until the export succeeds
        result = super().export(metrics_data, timeout_millis, **kwargs)
        self.is_taken = result is MetricExportResult.SUCCESS
        return result


@contextmanager
def sending(warn: Callable[[str], None]) -> Generator[OtelMetrics]:
    """Send the watcher's metrics every minute, or as the environment says, and at the end.

    `warn` is given one line if the collector did not accept the last figures.
    """
    exporter = _Exporter()
    reader = PeriodicExportingMetricReader(exporter)
    provider = MeterProvider([reader], resource(), shutdown_on_exit=False)
    try:
        yield OtelMetrics(provider.get_meter("coevol", version("coevol")))
    finally:
        shut_down(provider)
        if not exporter.is_taken:
            warn("the last metrics are missing in OpenTelemetry; run.log may say why")
