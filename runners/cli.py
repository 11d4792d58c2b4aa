"""The command line.

    coevol evolve examples/alpaca_small.json --out runs/demo
    coevol show runs/demo

Heavy imports stand where they are used, so that `coevol --help` answers at once.
"""

import typer

from runners.commands.ablate import ablate
from runners.commands.check import check
from runners.commands.compare import compare
from runners.commands.estimate import estimate
from runners.commands.evolve import evolve, resume
from runners.commands.export import export
from runners.commands.inspect import clean, show, status
from runners.commands.langsmith import langsmith
from runners.commands.report import report
from runners.garbage import collect_seldom

app = typer.Typer(
    name="coevol",
    help="Evolve the responses of instruction-tuning data with five debating LLM agents.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def main() -> None:
    """Evolve the responses of instruction-tuning data with five debating LLM agents."""
    collect_seldom()


for command in (
    evolve,
    resume,
    status,
    show,
    check,
    report,
    export,
    estimate,
    ablate,
    compare,
    clean,
):
    app.command()(command)
app.add_typer(langsmith)
