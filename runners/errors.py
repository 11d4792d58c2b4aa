"""Errors that end a run. Each message is one line that says what is wrong and what to do.

RunError
├── UsageError       wrong input or settings; nothing was sent        exit code 2
├── StorageError     the disk, a store or the database failed         exit code 4
└── Stopped          a limit or a person ended the run; resumable     exit code 4
    └── Interrupted  Ctrl+C                                           exit code 130
"""

from collections.abc import Generator
from contextlib import contextmanager


class RunError(Exception):
    """An error that ends a run; the command line shows its message on one line."""

    exit_code = 4


class UsageError(RunError):
    """Input or settings that can't be used."""

    exit_code = 2


class StorageError(RunError):
    """The run's folder, its database or a store can't be used; what was committed stays."""


class Stopped(RunError):
    """The run ended before its last row, cleanly: the same command resumes it."""


class Interrupted(Stopped):
    """A person pressed Ctrl+C."""

    exit_code = 130


@contextmanager
def usage_errors(beginning: str = "") -> Generator[None]:
    """Turn ModelError and PromptPackError into a UsageError that starts with `beginning`."""
    from nodes.models.problems import ModelError  # not needed by help pages
    from prompts.pack import PromptPackError

    try:
        yield
    except (ModelError, PromptPackError) as error:
        raise UsageError(f"{beginning}{error}") from None
