"""The command line.

    coevol evolve examples/alpaca_small.json --out runs/demo
    coevol show runs/demo

Heavy imports are inside the functions that need them, and a command is imported when it is called,
so that `coevol --help` answers at once.
"""

from typing import Annotated

import typer

from runners.cli.commands import ListedCommands, list_in
from runners.cli.encoding import show_all_texts
from runners.run.garbage import collect_seldom

app = typer.Typer(
    name="coevol",
    cls=ListedCommands,
    help="Evolve the responses of instruction-tuning data with five debating LLM agents.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"coevol {version('coevol')}")
        raise typer.Exit


@app.callback()
def main(
    shown: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Evolve the responses of instruction-tuning data with five debating LLM agents."""
    show_all_texts()
    collect_seldom()


list_in(app)
