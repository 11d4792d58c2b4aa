"""Turns tracing on if the environment asks for it; otherwise it costs nothing."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

from langsmith.utils import (
    get_env_var,
    is_env_var_truish,
    tracing_is_enabled,  # pyright: ignore[reportUnknownVariableType]
)

from runners.errors import UsageError
from runners.folder.folder import RunFile, RunFolder
from runners.tracing.otel import ENDPOINT, is_wanted, need_sdk
from runners.tracing.trace import Tracer


class TracedRows(NamedTuple):
    """Which rows of a run are traced, and the metadata of their traces."""

    metadata: dict[str, Any]
    """Common to all of them."""
    framework: str
    rate: float
    """The share of rows traced in LangSmith; 0 for none."""
    otel_rate: float
    """The same for OpenTelemetry."""


class _Closing(Tracer, Protocol):
    """A tracer that needs closing."""

    def close(self) -> str | None:
        """Deliver what is left within a few seconds; return one line about losses, if any."""
        ...


@contextmanager
def traced(traces: TracedRows | None, warn: Callable[[str], object]) -> Generator[Tracer | None]:
    """Trace rows while the block lasts; none without `traces`.

    `warn` is given one line if traces were lost or tracing is impossible: problems with LangSmith
    or OpenTelemetry never end the run.
    """
    if traces is None:
        yield None
        return
    from langsmith import tracing_context  # pyright: ignore[reportUnknownVariableType]

    with tracing_context(enabled=False):  # only what `Tracing` chooses is traced
        opened: list[_Closing] = list(_open(traces, warn))
        try:
            yield opened[0] if len(opened) == 1 else _together(opened)
        finally:
            for loss in filter(None, [each.close() for each in opened]):
                warn(loss)


def _together(tracers: Sequence[Tracer]) -> Tracer | None:
    if not tracers:
        return None
    from runners.tracing.together import TracersTogether

    return TracersTogether(tracers)


def read_traces(
    folder: RunFolder, sample: float | None, warn: Callable[[str], object]
) -> TracedRows | None:
    """Which rows of a run to trace; None if no traces are wanted.

    LANGSMITH_TRACING asks for LangSmith's, a collector's address for OpenTelemetry's. `sample` is
    the share of rows to trace; None for LANGSMITH_TRACING_SAMPLING_RATE, or all of them.
    """
    run_file, for_otel = folder.load(), is_wanted("traces")
    if run_file is None or not (tracing_is_enabled() or for_otel):
        return None
    rate = _langsmith_rate(sample, warn) if tracing_is_enabled() else 0.0
    otel_rate = (1.0 if sample is None else sample) if for_otel else 0.0
    return TracedRows(_metadata(run_file, folder), run_file.settings.framework, rate, otel_rate)


def _langsmith_rate(sample: float | None, warn: Callable[[str], object]) -> float:
    """LangSmith's share of rows: 0 if its variables ask for OpenTelemetry only."""
    if get_env_var("TRACING_MODE") == "otel" or is_env_var_truish("OTEL_ONLY"):
        if not is_wanted("traces"):
            _refuse(warn, f"it is to go to OpenTelemetry, and {ENDPOINT} is not set")
        return 0.0
    rate = _read_rate() if sample is None else sample
    if not 0 <= rate <= 1:
        _refuse(warn, "LANGSMITH_TRACING_SAMPLING_RATE is no number from 0 to 1")
        return 0.0
    return rate


def _open(traces: TracedRows, warn: Callable[[str], object]) -> Iterator[_Closing]:
    common = traces.metadata, traces.framework
    if traces.rate:
        from runners.tracing.client import NoClient
        from runners.tracing.tracing import Tracing

        try:
            yield Tracing(*common, traces.rate)
        except NoClient as reason:
            _refuse(warn, str(reason))
    if traces.otel_rate:
        try:
            need_sdk()
        except UsageError as reason:
            warn(f"this run is not traced by OpenTelemetry: {reason}")
            return
        from runners.tracing.otel_tracing import OtelTracing

        yield OtelTracing(*common, traces.otel_rate)


def _refuse(warn: Callable[[str], object], reason: str) -> None:
    warn(f"LANGSMITH_TRACING is on, but this run is not traced: {reason}")


def _read_rate() -> float:
    """The environment's rate; -1 if it is not a number."""
    try:
        return float(get_env_var("TRACING_SAMPLING_RATE") or 1)
    except ValueError:
        return -1.0


def _metadata(run_file: RunFile, folder: RunFolder) -> dict[str, Any]:
    """The metadata common to a run's traces, by the names in run.yaml."""
    context = run_file.settings.context
    roles = {f"{role}_model": context.settings[role].model for role in context.settings}
    return {
        "dataset": run_file.data.path,
        "run_folder": str(folder.path.resolve()),
        "model": context.model,
        **{name: model for name, model in roles.items() if model != context.model},
        "max_rounds": context.max_rounds,
        "prompt_pack": context.prompt_pack,
        "prompt_pack_sha256": run_file.settings.prompt_pack_sha256,
        "coevol": run_file.coevol,
    }
