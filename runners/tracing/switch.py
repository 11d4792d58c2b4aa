"""The switch: a run is traced if the environment asks for it, and otherwise pays nothing for it."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from langsmith.utils import (
    get_env_var,
    tracing_is_enabled,  # pyright: ignore[reportUnknownVariableType]
)

from runners.folder.folder import RunFile, RunFolder

if TYPE_CHECKING:
    from runners.tracing.tracing import Tracing


class Traces(NamedTuple):
    """Which rows of a run are traced, and how."""

    metadata: dict[str, Any]
    """What all of them have in common."""
    framework: str
    rate: float
    """Their share of all rows; none are if it is 0."""


@contextmanager
def traced(traces: Traces | None, warn: Callable[[str], object]) -> Generator["Tracing | None"]:
    """Trace rows for as long as the block lasts; none without `traces`.

    `warn` gets the one line that there is to say if traces were lost, or none are possible: nothing
    that LangSmith does ends the run.
    """
    if traces is None:
        yield None
        return
    from langsmith import tracing_context  # pyright: ignore[reportUnknownVariableType]

    with tracing_context(enabled=False):  # only what `Tracing` chooses is traced
        tracing = _open(traces, warn)
        try:
            yield tracing
        finally:
            loss = tracing.close() if tracing else None
            if loss:
                warn(loss)


def read_traces(
    folder: RunFolder, sample: float | None, warn: Callable[[str], object]
) -> Traces | None:
    """The traces that are wanted of a run, None if LANGSMITH_TRACING is not on.

    `sample` is the share of the rows that are traced, None for LANGSMITH_TRACING_SAMPLING_RATE or
    all of them.
    """
    run_file = folder.load()
    if not tracing_is_enabled() or run_file is None:
        return None
    rate = _read_rate() if sample is None else sample
    if not 0 <= rate <= 1:
        _refuse(warn, "LANGSMITH_TRACING_SAMPLING_RATE is no number from 0 to 1")
        rate = 0
    return Traces(_metadata(run_file, folder), run_file.settings.framework, rate)


def _open(traces: Traces, warn: Callable[[str], object]) -> "Tracing | None":
    from runners.tracing.client import NoClient
    from runners.tracing.tracing import Tracing

    try:
        return Tracing(*traces) if traces.rate else None
    except NoClient as reason:
        _refuse(warn, str(reason))
        return None


def _refuse(warn: Callable[[str], object], reason: str) -> None:
    warn(f"LANGSMITH_TRACING is on, but this run is not traced: {reason}")


def _read_rate() -> float:
    """The environment's rate; -1 if that is no number."""
    try:
        return float(get_env_var("TRACING_SAMPLING_RATE") or 1)
    except ValueError:
        return -1.0


def _metadata(run_file: RunFile, folder: RunFolder) -> dict[str, Any]:
    """What all traces of a run have in common, by the names that run.yaml has for it."""
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
