"""The list of commands for `coevol --help`; each command is imported when it is called.

Until then a stand-in has its name and first line, but no options: importing all modules and reading
all declarations would take longer than everything else that a help page needs.
"""

from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.main import get_command

from runners.cli.errors import Commands


class Listed(NamedTuple):
    """A command in the list."""

    module: str
    """The module of `runners.cli` that defines it."""
    line: str
    """The first line of its docstring."""


LISTED = {
    "evolve": Listed(
        "evolve",
        "Evolve a dataset; run again with the same arguments, it resumes where it stopped.",
    ),
    "resume": Listed(
        "evolve",
        "Resume a run as its run.yaml says, with a higher --max-tokens if one is given here.",
    ),
    "status": Listed("inspect", "Say how far a run is, at work or not."),
    "show": Listed(
        "inspect",
        "Show a row of a run before and after: by its id, else one with the most accepted rounds.",
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
        "Let people judge rounds, blind, on a page on this machine; each verdict is kept at once.",
    ),
    "export": Listed(
        "export",
        "Export a finished run to train on: rows, preference pairs, or all that a trainer needs.",
    ),
    "data": Listed(
        "data",
        "Look at a dataset: format, lengths, duplicates, bad rows, languages. Nothing is sent.",
    ),
    "estimate": Listed(
        "estimate",
        "Estimate calls, tokens and cost before anything is sent, or from a --pilot of some rows.",
    ),
    "ablate": Listed(
        "ablate",
        "Evolve the same rows by each of the paper's five frameworks (section 4.1), and compare "
        "them.",
    ),
    "compare": Listed(
        "compare",
        "Compare two sets of responses with a judge in both orders: wins, ties and losses of B.",
    ),
    "calibrate": Listed(
        "calibrate",
        "Try a judge on your data: responses against twins known to be worse, in every judge mode.",
    ),
    "cancel": Listed(
        "inspect",
        "Cancel a run's pending batches; what they have answered by then can still be collected.",
    ),
    "clean": Listed(
        "inspect", "Delete a finished run's journal of answered calls; its results stay."
    ),
    "rescue": Listed(
        "inspect", "Rebuild a damaged run.db from everything in it that can still be read."
    ),
    "langsmith": Listed(
        "langsmith",
        "Datasets, experiments and reviews in LangSmith; LANGSMITH_API_KEY says whose.",
    ),
}


class ListedCommands(Commands):
    """Commands of which only the one that is called is imported."""

    # Typer's types of contexts and commands are private.
    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Import the command that the arguments begin with."""
        name, found, rest = super().resolve_command(ctx, args)
        return name, found and _imported(found.name), rest


def list_in(app: typer.Typer) -> None:
    """Add all commands to an app of the class `ListedCommands`."""
    for name, listed in LISTED.items():
        app.command(name, help=listed.line)(_stand_in)


def _stand_in() -> None:
    """Never called: `resolve_command` replaces it by the command."""


@cache
def _imported(name: str) -> Any:
    """A command with its options, or a group of commands."""
    found = getattr(import_module(f"runners.cli.{LISTED[name].module}"), name)
    if not isinstance(found, typer.Typer):
        alone = typer.Typer(add_completion=False)
        alone.command(name)(found)
        found = alone
    command: Any = get_command(found)
    for each in (command, *getattr(command, "commands", {}).values()):
        each.help = _unwrapped(each.help)
    return command


def _unwrapped(text: str) -> str:
    """A docstring without the line breaks in its paragraphs, which help pages would keep."""
    paragraphs = (" ".join(each.split()) for each in text.split("\n\n"))
    return "\n\n".join(paragraphs)
