"""coevol ablate: the five frameworks of section 4.1 over the same rows."""

import typer

from runners.cli.errors import errors_on_one_line
from runners.cli.evolve import SOME_FAILED, plan_to_evolve, tell_rehearsal
from runners.cli.takes import resolved, takes
from runners.cli.telling import telling
from runners.options.declared import EVOLVING
from runners.options.output import Folder, Telling
from runners.options.run import OneFramework


@takes("data", Folder, *(group for group in EVOLVING if group is not OneFramework), Telling)
def ablate(arguments: typer.Context) -> None:
    """Evolve the same rows by each of the paper's five frameworks (section 4.1), and compare them.

    The runs are in folders below --out, and share their answered calls. With --judge-model, each is
    then compared with the originals. --budget and --max-tokens-total apply to all together. Exit
    codes as for evolve.
    """
    with errors_on_one_line():
        from runners.ablate.run import run_ablation
        from runners.ablate.table import print_report

        params = resolved(arguments)
        plan = plan_to_evolve(params)
        with telling(params, plan.out, plan.out / "ablation.json") as progress:
            tell_rehearsal(plan, progress)
            report = run_ablation(plan, progress)
            print_report(report, plan.out, progress)
            if report.failed:
                raise typer.Exit(SOME_FAILED)
