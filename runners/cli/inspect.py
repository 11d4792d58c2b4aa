"""coevol status, show, cancel, clean, rescue: look at a run that is there, or mend it."""

from typing import Annotated

import typer

from runners.cli import options as o
from runners.cli.errors import errors_on_one_line

Thinking = Annotated[
    bool, typer.Option("--thinking", help="With what the agents thought before they answered.")
]


def status(run: o.RunPath, as_json: o.Json = False) -> None:
    """Tell where a run stands, at work or not."""
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
    """Show one row of a run before and after: by its id, else one with the most accepted rounds."""
    with errors_on_one_line():
        from runners.folder.show import print_sample

        print_sample(run, id_, thinking=thinking)


def cancel(run: o.RunPath) -> None:
    """Give up what a run has out there in batches; what is answered by then stays to be taken."""
    with errors_on_one_line():
        from runners.run.cancelling import cancel_batches, cancelled_lines

        print("\n".join(cancelled_lines(run, cancel_batches(run))))


def clean(run: o.RunPath, force: o.Force = False) -> None:
    """Drop a finished run's journal of answered calls; its results stay."""
    with errors_on_one_line():
        from runners.folder.status import drop_journal

        print(f"{run}: {drop_journal(run, force=force)} answered calls dropped")


def rescue(run: o.RunPath) -> None:
    """Make a damaged run.db whole again, with all that can still be read in it."""
    with errors_on_one_line():
        from runners.folder.rescue import rescue as bring_over
        from runners.folder.rescue import rescued_lines

        rescued = bring_over(run)
        if rescued is None:
            print(f"{run}: run.db is not damaged; nothing was changed")
        else:
            print("\n".join(rescued_lines(rescued, run)))
