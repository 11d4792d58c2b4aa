"""How a command ends with an error: one line on stderr, and an exit code."""

import sys
from collections.abc import Generator
from contextlib import contextmanager

import typer

from runners.errors import RunError


@contextmanager
def errors_on_one_line() -> Generator[None]:
    """Turn an error that ends a run into its line on stderr and its exit code."""
    try:
        yield
    except RunError as error:
        print(f"coevol: {error}", file=sys.stderr)
        raise typer.Exit(error.exit_code) from None
