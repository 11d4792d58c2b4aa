"""How a command fails: with one line on stderr, and an exit code."""

import re
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup

from runners.cli.encoding import check_arguments
from runners.errors import RunError, UsageError

_NO_CHOICE = re.compile(r"'(.*)' is not one of (.+?)\.?", re.DOTALL)


@contextmanager
def errors_on_one_line() -> Generator[None]:
    """Turn a RunError in the block into its line on stderr and its exit code."""
    try:
        yield
    except RunError as error:
        print(f"coevol: {error}", file=sys.stderr)
        raise typer.Exit(error.exit_code) from None


class Commands(TyperGroup):
    """Commands that report a wrong argument in one line, too, not in typer's box."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take the arguments if they are text."""
        with errors_on_one_line():
            check_arguments(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Find the command and run it."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            if not error.message:  # something is missing: typer shows the usage, which says what
                raise
            with errors_on_one_line():
                raise UsageError(_in_words(error)) from None


def _in_words(error: typer.BadParameter) -> str:
    """Typer's error in the words of our own: `--rounds 0: must be at least 1`."""
    from runners.options.nearest import there_are
    from runners.options.problems import problem_of

    flag = error.param.opts[0] if error.param is not None and error.param.opts else ""
    # If pydantic has refused the value, its ValidationError is the cause. Not imported to be tested
    # for: that takes 0.2 s.
    found: Sequence[Any] = getattr(error.__cause__, "errors", list)()
    problem = problem_of(found[0]) if found else error.message
    choice = _NO_CHOICE.fullmatch(problem)
    if choice is not None:
        names = re.findall(r"'(.*?)'", choice[2])
        return f"{flag} {choice[1]}: {there_are(choice[1], names)}"
    value = f" {found[0]['input']}" if found else ""
    return f"{flag}{value}: {problem}"
