"""The commands as `coevol --help` lists them; each is imported when it is called.

What stands in for them in the list has their names and first lines and no options: to import all
modules and to read all declarations took longer than all else that the help does.
"""

from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.main import get_command

from runners.cli.errors import Commands


class Listed(NamedTuple):
    """A command in the list: the module below runners.cli that has it, and its own first line."""

    module: str
    line: str


LISTED = {
    "evolve": Listed(
        "evolve",
        "Evolve a dataset; started again with the same arguments, go on where it stopped.",
    ),
    "resume": Listed(
        "evolve",
        "Go on with a run by what its run.yaml says, with a higher --max-tokens if one is "
        "given here.",
    ),
    "status": Listed("inspect", "Tell where a run stands, at work or not."),
    "show": Listed(
        "inspect",
        "Show one row of a run before and after: by its id, else one with the most accepted "
        "rounds.",
    ),
    "check": Listed(
        "check",
        "Count the flaws of changed responses, such as refusals or leaked prompts; or show them.",
    ),
    "report": Listed(
        "report",
        "Report on runs: statistics, figures and every row before and after, in one HTML file.",
    ),
    "review": Listed(
        "review",
        "Let people judge rounds on a page of this machine: blind, by keyboard, kept at every key.",
    ),
    "export": Listed(
        "export",
        "Write a finished run as data to train on: rows, preference pairs, or all a trainer needs.",
    ),
    "data": Listed(
        "data",
        "Look at a dataset: format, lengths, duplicates, bad rows, languages. Nothing is sent.",
    ),
    "estimate": Listed(
        "estimate",
        "Estimate calls, tokens and cost before anything is sent; with --pilot, from a real pilot.",
    ),
    "ablate": Listed(
        "ablate",
        "Evolve the same rows by each of the paper's five frameworks (section 4.1), and compare "
        "them.",
    ),
    "compare": Listed(
        "compare",
        "Compare two sets of responses by the two-order judge: wins, ties and losses of B.",
    ),
    "calibrate": Listed(
        "calibrate",
        "Try a judge on your data: responses against twins known to be worse, in every judge mode.",
    ),
    "cancel": Listed(
        "inspect",
        "Give up what a run has out there in batches; what is answered by then stays to be taken.",
    ),
    "clean": Listed(
        "inspect", "Drop a finished run's journal of answered calls; its results stay."
    ),
    "rescue": Listed(
        "inspect", "Make a damaged run.db whole again, with all that can still be read in it."
    ),
    "langsmith": Listed(
        "langsmith",
        "Datasets, experiments and reviews in LangSmith; LANGSMITH_API_KEY says whose.",
    ),
}


class ListedCommands(Commands):
    """Commands of which only the one that is called is imported."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Find the command that the arguments begin with, and import it."""
        name, found, rest = super().resolve_command(ctx, args)
        return name, found and _imported(found.name), rest


def list_in(app: typer.Typer) -> None:
    """Give an app of the class `ListedCommands` all commands."""
    for name, listed in LISTED.items():
        app.command(name, help=listed.line)(_stand_in)


def _stand_in() -> None:
    """Never called: `resolve_command` puts the command in its place."""


@cache
def _imported(name: str) -> Any:
    """A command with its options."""
    found = getattr(import_module(f"runners.cli.{LISTED[name].module}"), name)
    if isinstance(found, typer.Typer):
        return get_command(found)
    alone = typer.Typer(add_completion=False)
    alone.command(name)(found)
    return get_command(alone)
