"""Whom a command tells about its work: the user, metrics, and the command of --notify."""

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
    """The progress of the work in the block, told to everybody who is to be told.

    `out` is the folder of the work, `summary` the file in it that will hold the figures. Raises
    UsageError, before anything is sent, if metrics can't be served or there is no such command.
    """
    from runners.options.arguments import style_of
    from runners.run.progress import Progress

    progress = Progress(style_of(params))
    with ExitStack() as told:
        # Metrics are served until the --notify command has ended: it may be what fetches the last.
        progress.observers = list(_watchers(params, out, progress, told))
        if params["notify"] is not None:
            from runners.watching.notify import Notifier

            told.enter_context(Notifier(params["notify"], out, summary, progress.warn))
        yield progress


def _watchers(
    params: "Params", out: Path, progress: "Progress", told: ExitStack
) -> Iterator["Watcher"]:
    """The watchers: Prometheus if --metrics is given, OpenTelemetry if the environment says so.

    Raises UsageError if metrics can't be served.
    """
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
