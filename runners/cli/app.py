"""The command line.

    coevol evolve examples/alpaca_small.json --out runs/demo
    coevol show runs/demo

Heavy imports stand where they are used, so that `coevol --help` answers at once.
"""

from typing import Annotated

import typer

from runners.cli.ablate import ablate
from runners.cli.calibrate import calibrate
from runners.cli.check import check
from runners.cli.compare import compare
from runners.cli.data import data
from runners.cli.errors import Commands
from runners.cli.estimate import estimate
from runners.cli.evolve import evolve, resume
from runners.cli.export import export
from runners.cli.inspect import cancel, clean, rescue, show, status
from runners.cli.langsmith import langsmith
from runners.cli.report import report
from runners.cli.review import review
from runners.run.garbage import collect_seldom

app = typer.Typer(
    name="coevol",
    cls=Commands,
    help="Evolve the responses of instruction-tuning data with five debating LLM agents.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _say_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"coevol {version('coevol')}")
        raise typer.Exit


@app.callback()
def main(
    shown: Annotated[
        bool,
        typer.Option(
            "--version", help="Say which version this is.", callback=_say_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Evolve the responses of instruction-tuning data with five debating LLM agents."""
    collect_seldom()


for command in (
    evolve,
    resume,
    status,
    show,
    check,
    report,
    review,
    export,
    data,
    estimate,
    ablate,
    compare,
    calibrate,
    cancel,
    clean,
    rescue,
):
    app.command()(command)
app.add_typer(langsmith)
