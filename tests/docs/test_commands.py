"""Every `coevol` command that a page shows is understood: its options exist and take such values.

Whether it does what the page says is for the tests of that command; here nothing is run.
"""

import re
import shlex
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.exceptions import TyperException
from typer.main import get_command

from runners.cli.app import app
from tests.support.blocks import blocks

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", *sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")))
_COMMAND = re.compile(r"^ *(?:\$ )?(?:[A-Z_]+=\S+ )*coevol (.+)$", re.MULTILINE)
_SHELL = {"|", "||", "&&", ">", "done"}
"""What ends a command's own words."""


def commands_of(page: str) -> list[str]:
    """The commands of a page as they are typed, each in one line."""
    shown = [*blocks(page, "sh"), *blocks(page, "console")]
    return [found for each in shown for found in _COMMAND.findall(each.code.replace("\\\n", " "))]


def words_of(command: str) -> list[str]:
    words = shlex.split(command, comments=True)
    ends = [place for place, word in enumerate(words) if word in _SHELL]
    return words[: min(ends, default=len(words))]


def parse(words: list[str]) -> None:
    """Read a command's words as `coevol` does. TyperException names what it does not know."""
    command, rest = get_command(app), words
    while isinstance(command, TyperGroup):
        context = command.make_context("coevol", list(rest))
        _, found, rest = command.resolve_command(context, list(rest))
        assert found is not None
        command = found
    command.make_context("coevol", list(rest))


@pytest.mark.parametrize("page", [page for page in PAGES if commands_of(page)])
def test_commands_of_a_page_are_understood(page: str) -> None:
    for command in commands_of(page):
        parse(words_of(command))


def test_commands_are_found_and_checked() -> None:
    assert "estimate data.json --model openai:gpt-4o-mini" in [
        shlex.join(words_of(each)) for each in commands_of("README.md")
    ]
    with pytest.raises(TyperException, match="--no-such-option"):
        parse(["evolve", "data.json", "--no-such-option"])
