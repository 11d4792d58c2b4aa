"""coevol status, show, cancel, clean, rescue: look at a run, or mend it."""

from typing import Annotated

import typer

from nodes.counted import counted
from runners.cli import options as o
from runners.cli.errors import errors_on_one_line

Thinking = Annotated[
    bool, typer.Option("--thinking", help="Show what the agents thought before they answered, too.")
]


def status(run: o.RunPath, as_json: o.Json = False) -> None:
    """Say how far a run is, at work or not."""
    with errors_on_one_line():
        import json

        from runners.folder.status import read_status, status_lines

        found = read_status(run)
        print(json.dumps(found) if as_json else "\n".join(status_lines(found)))


def show(
    run: o.RunPath,
    id_: o.Id = None,
    thinking: Thinking = False,
) -> None:
    """Show a row of a run before and after: by its id, else one with the most accepted rounds."""
    with errors_on_one_line():
        from runners.folder.show import print_sample

        print_sample(run, id_, thinking=thinking)


def cancel(run: o.RunPath) -> None:
    """Cancel a run's pending batches; what they have answered by then can still be collected."""
    with errors_on_one_line():
        from runners.run.cancelling import cancel_batches, cancelled_lines

        print("\n".join(cancelled_lines(run, cancel_batches(run))))


def clean(run: o.RunPath, force: o.Force = False) -> None:
    """Delete a finished run's journal of answered calls; its results stay."""
    with errors_on_one_line():
        from runners.folder.status import drop_journal

        print(f"{run}: {counted(drop_journal(run, force=force), 'answered call')} deleted")


def rescue(run: o.RunPath) -> None:
    """Rebuild a damaged run.db from everything in it that can still be read."""
    with errors_on_one_line():
        from runners.folder.rescue import rescue as bring_over
        from runners.folder.rescue import rescued_lines

        rescued = bring_over(run)
        if rescued is None:
            print(f"{run}: run.db is not damaged; nothing was changed")
        else:
            print("\n".join(rescued_lines(rescued, run)))
