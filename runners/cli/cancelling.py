"""Ctrl+C in a run with pending batches: asks the user whether to cancel them."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import typer

from runners.errors import Interrupted


@contextmanager
def asking_to_cancel(run: Path) -> Generator[None]:
    """If the run in the block is interrupted, ask whether to cancel its pending batches.

    Nobody is asked without a terminal, such as in a script. The Interrupted passes through.
    """
    try:
        yield
    except Interrupted:
        if _has_pending_batches(run) and sys.stdin.isatty() and sys.stderr.isatty():
            _ask(run)
        raise


def _has_pending_batches(run: Path) -> bool:
    from runners.folder.batches import batches_out
    from runners.folder.opened import open_run

    with open_run(run) as opened:
        return bool(batches_out(opened.database))


def _ask(run: Path) -> None:
    from runners.run.cancelling import cancel_batches, cancelled_lines

    try:
        is_given_up = typer.confirm("Give up what is not answered?", default=False, err=True)
    except typer.Abort:  # Ctrl+C once more, or Ctrl+D: no answer is a no
        typer.echo(err=True)
        return
    if is_given_up:
        for line in cancelled_lines(run, cancel_batches(run)):
            typer.echo(line, err=True)
