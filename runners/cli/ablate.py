"""coevol ablate: the five settings of section 4.1 over the same rows."""

from pathlib import Path
from typing import Annotated

import typer

from runners.cli import groups as g
from runners.cli import options as o
from runners.cli.errors import errors_on_one_line
from runners.cli.evolve import SOME_FAILED, progress_of
from runners.cli.groups import takes

Folder = Annotated[
    Path,
    typer.Option(help="Folder for the five runs; existing ones go on.", show_default=False),
]


@takes(g.Agents, g.Sampling, *g.EVOLVING)
def ablate(
    arguments: typer.Context,
    data: o.DataFile,
    out: Folder,
) -> None:
    """Evolve the same rows by each of the paper's five frameworks (section 4.1), and compare them.

    The runs share their answered calls; with --judge-model each is then compared with the
    originals. Exit codes as for evolve; --budget and --max-tokens-total are for all together.
    """
    with errors_on_one_line():
        from runners.ablate.report import print_report
        from runners.ablate.run import run_ablation
        from runners.data.stores import location_of
        from runners.options.arguments import (
            read_conduct,
            read_context,
            read_format,
            read_selection,
        )
        from runners.run.plan import Plan

        params = arguments.params
        context = read_context(params)
        selection = read_selection(params)
        conduct = read_conduct(params)
        source = location_of(data)
        plan = Plan(source, out, context, selection, conduct, read_format(params))
        progress = progress_of(plan, params)
        report = run_ablation(plan, progress)
        print_report(report, out, progress)
        if report.failed:
            raise typer.Exit(SOME_FAILED)
