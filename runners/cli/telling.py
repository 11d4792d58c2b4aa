"""Whom a command tells of its work: a person, metrics that are watched, the --notify command."""

from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from runners.errors import UsageError

if TYPE_CHECKING:
    from runners.options.resolve import Params
    from runners.run.progress import Progress
    from runners.run.watcher import Watcher


@contextmanager
def telling(params: "Params", out: Path, summary: Path) -> Generator["Progress"]:
    """The progress of work in `out`, whose figures will be in `summary`, until that has ended.

    Raises UsageError, before anything is sent, if nobody could be told as it was asked for.
    """
    from runners.options.arguments import style_of
    from runners.run.progress import Progress

    progress = Progress(style_of(params))
    with ExitStack() as told:
        # Watched until the command has ended: it may be what takes the last figures.
        progress.observers = list(_watchers(params, out, progress, told))
        if params["notify"] is not None:
            from runners.watching.notify import Notifier

            told.enter_context(Notifier(params["notify"], out, summary, progress.warn))
        yield progress


def _watchers(
    params: "Params", out: Path, progress: "Progress", told: ExitStack
) -> Iterator["Watcher"]:
    """Who watches: Prometheus by an option, OpenTelemetry by the environment. Raises UsageError."""
    if params["metrics"] is not None:
        from runners.watching.serving import serving

        yield told.enter_context(serving(params["metrics"], out, progress.say))
    from runners.tracing.otel import is_wanted, need_sdk

    if is_wanted("metrics"):
        try:
            need_sdk()
        except UsageError as reason:
            progress.warn(f"nothing is measured for OpenTelemetry: {reason}")
            return
        from runners.watching.otel_metrics import sending

        yield told.enter_context(sending(progress.warn))
