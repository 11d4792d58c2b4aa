"""coevol evolve, coevol resume: start a run, or resume it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runners.cli import options as o
from runners.cli.errors import errors_on_one_line
from runners.cli.takes import is_typed, required, resolved, takes
from runners.cli.telling import telling
from runners.options.declared import CONDUCT, EVOLVING
from runners.options.output import Folder, Telling

if TYPE_CHECKING:
    from runners.options.resolve import Params
    from runners.run.plan import Plan
    from runners.run.progress import Progress

PrintConfig = Annotated[
    bool,
    typer.Option("--print-config", help="Print the recipe of what would run, and do nothing else."),
]

SOME_FAILED = 3
"""Exit code of a command in which rows, pairs or examples failed."""
_REHEARSAL = "rehearsal: rules, no language model; responses get better form, not better content"


@takes("data", Folder, *EVOLVING, Telling)
def evolve(arguments: typer.Context, print_config: PrintConfig = False) -> None:
    """Evolve a dataset; run again with the same arguments, it resumes where it stopped.

    Exit code: 0 all rows done, 2 wrong input or settings, 3 some rows failed, 4 stopped early and
    resumable, 130 Ctrl+C.
    """
    with errors_on_one_line():
        params = resolved(arguments)
        if print_config:
            from runners.options.recipe import recipe_of

            print(recipe_of(params), end="")
            return
        _execute(plan_to_evolve(params), params)


def plan_to_evolve(params: "Params") -> "Plan":
    """The run that the options ask for. Raises UsageError naming an option that is wrong."""
    from runners.data.stores import location_of
    from runners.options.arguments import (
        read_conduct,
        read_context,
        read_encoding,
        read_format,
        read_row_choice,
        read_selection,
    )
    from runners.run.plan import Plan

    return Plan(
        location_of(required(params, "data")),
        Path(required(params, "out")),
        read_context(params),
        read_selection(params),
        read_conduct(params),
        read_format(params),
        params["framework"],
        bad_rows=params["bad_rows"],
        traces=params["traces"],
        choice=read_row_choice(params),
        encoding=read_encoding(params),
    )


@takes("max_tokens", *CONDUCT, Telling)
def resume(arguments: typer.Context, run: o.RunPath) -> None:
    """Resume a run as its run.yaml says, with a higher --max-tokens if one is given here.

    Exit codes as for evolve.
    """
    with errors_on_one_line():
        from runners.options.arguments import read_conduct, with_max_tokens
        from runners.run.plan import plan_of

        params = resolved(arguments)
        plan = plan_of(run, read_conduct(params), params["header"])
        if is_typed(arguments, "max_tokens"):
            plan = plan._replace(context=with_max_tokens(plan.context, params["max_tokens"]))
        _execute(plan, params)


def _execute(plan: "Plan", params: "Params") -> None:
    """Carry out a run and print how it ended. Raises typer.Exit if rows failed."""
    from runners.calibration.known import known_judge
    from runners.cli.cancelling import asking_to_cancel
    from runners.folder.folder import RunFolder
    from runners.run.closing import print_closing
    from runners.run.execute import execute

    with telling(params, plan.out, RunFolder(plan.out).summary) as progress:
        tell_rehearsal(plan, progress)
        with known_judge(plan, progress.say), asking_to_cancel(plan.out):
            counts = execute(plan, progress)
        print_closing(plan.out, counts, progress)
        if counts.failed:
            raise typer.Exit(SOME_FAILED)


def tell_rehearsal(plan: "Plan", progress: "Progress") -> None:
    """Say so if some agent is the rehearsal model, which is no language model."""
    if "rehearsal" in {settings.model for settings in plan.context.settings.values()}:
        progress.say(_REHEARSAL)
