"""The switch: a run is traced if the environment asks for it, and otherwise pays nothing for it."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from langsmith.utils import (
    get_env_var,
    tracing_is_enabled,  # pyright: ignore[reportUnknownVariableType]
)

from runners.run_folder import RunFile, RunFolder

if TYPE_CHECKING:
    from runners.tracing.tracing import Tracing


@contextmanager
def traced(
    folder: RunFolder, sample: float | None, warn: Callable[[str], object]
) -> Generator["Tracing | None"]:
    """Trace a run for as long as the block lasts, if LANGSMITH_TRACING is on; None if it is not.

    `sample` is the share of the rows that are traced, None for LANGSMITH_TRACING_SAMPLING_RATE or
    all of them. `warn` gets the one line that there is to say if traces were lost, or none are
    possible: nothing that LangSmith does ends the run.
    """
    if not tracing_is_enabled():
        yield None
        return
    from langsmith import tracing_context  # pyright: ignore[reportUnknownVariableType]

    with tracing_context(enabled=False):  # only what `Tracing` chooses is traced
        tracing = _open(folder, sample, warn)
        try:
            yield tracing
        finally:
            loss = tracing.close() if tracing else None
            if loss:
                warn(loss)


def _open(
    folder: RunFolder, sample: float | None, warn: Callable[[str], object]
) -> "Tracing | None":
    from runners.tracing.client import NoClient
    from runners.tracing.tracing import Tracing

    run_file = folder.load()
    try:
        rate = _read_rate() if sample is None else sample
        if not 0 <= rate <= 1:
            variable = "LANGSMITH_TRACING_SAMPLING_RATE"
            raise NoClient(f"{variable} is no number from 0 to 1")
        if rate == 0 or run_file is None:
            return None
        return Tracing(_metadata(run_file, folder), run_file.settings.framework, rate)
    except NoClient as reason:
        warn(f"LANGSMITH_TRACING is on, but this run is not traced: {reason}")
        return None


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
