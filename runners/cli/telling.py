"""Who a command tells of its work: a person, whoever watches it, whoever waits for its end."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runners.options.resolve import Params
    from runners.run.progress import Progress


@contextmanager
def telling(params: "Params", out: Path, summary: Path) -> Generator["Progress"]:
    """The progress of work in `out`, whose figures will be in `summary`, until that has ended.

    Raises UsageError, before anything is sent, if nobody could be told as it was asked for.
    """
    from runners.options.arguments import style_of
    from runners.run.progress import Progress

    progress = Progress(style_of(params))
    with ExitStack() as told:
        # Served until the command has ended: it may be what takes the last figures.
        if params["metrics"] is not None:
            from runners.watching.serving import serving

            progress.observers = [told.enter_context(serving(params["metrics"], out, progress.say))]
        if params["notify"] is not None:
            from runners.watching.notify import Notifier

            told.enter_context(Notifier(params["notify"], out, summary, progress.warn))
        yield progress
