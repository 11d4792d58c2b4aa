"""The command of --notify, which gets a run's outcome in its environment when the run ends.

coevol evolve data.json --out runs/mine --notify './tell-me.sh'
"""

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import typer

from runners.errors import Interrupted, RunError, UsageError
from runners.options.environment import NOTIFIED

_PATIENCE = 30.0
"""Seconds that the command may take."""
_OUTCOMES = {0: "finished", 1: "unfit_judge", 2: "refused", 3: "some_failed", 4: "stopped"}
"""Outcomes by exit code, unless an unexpected error ended the run."""


class Ending(NamedTuple):
    """How a run ended."""

    outcome: str
    exit_code: int
    message: str = ""


class Notifier:
    """Runs a command at the end of the block, unless the user interrupted it."""

    def __init__(self, command: str, run: Path, summary: Path, warn: Callable[[str], None]) -> None:
        """`run` and `summary` are passed to the command. Raises UsageError.

        `warn` is given one line if the command failed, which has no effect on the run.
        """
        self._command, self._run, self._summary, self._warn = _split(command), run, summary, warn

    def __enter__(self) -> Self:
        """Return itself: nothing happens before the end."""
        return self

    def __exit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> None:
        """Run the command with the outcome of the block; exceptions pass through."""
        if (ending := _ending_of(error)) is not None:
            self._tell(ending)

    def _tell(self, ending: Ending) -> None:
        summary = str(self._summary.resolve()) if self._summary.exists() else ""
        told = (self._run.resolve(), ending.outcome, ending.exit_code, ending.message, summary)
        environment = {**os.environ, **dict(zip(NOTIFIED, map(str, told), strict=True))}
        environment.pop("COEVOL_NOTIFY", None)  # not meant for a coevol that the command may start
        try:
            # Its output goes to stderr, because stdout may be read by a program.
            ended = subprocess.run(  # noqa: S603 - the user's own command, without a shell
                self._command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=2,
                timeout=_PATIENCE,
            )
        except subprocess.TimeoutExpired:
            self._warn(
                f"--notify: {self._command[0]} took longer than {_PATIENCE:g} s, and was ended"
            )
        except OSError as error:
            self._warn(f"--notify: {self._command[0]}: {error.strerror or error}")
        else:
            if ended.returncode:
                self._warn(f"--notify: {self._command[0]} {_how_ended(ended.returncode)}")


def _how_ended(code: int) -> str:
    """A return code in words; negative ones are signals."""
    return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"


def _split(command: str) -> list[str]:
    """The command as a program and its arguments. Raises UsageError."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"--notify {command}: {error}") from None
    if not words:
        raise UsageError("--notify: give a program and its arguments")
    if shutil.which(words[0]) is None:
        raise UsageError(
            f"--notify {words[0]}: no such program; for a shell's command, write sh -c '...'"
        )
    return words


def _ending_of(error: BaseException | None) -> Ending | None:
    """The outcome of a run from its exception; None if the user interrupted it."""
    if isinstance(error, Interrupted | KeyboardInterrupt):
        return None
    if error is None:
        return Ending(_OUTCOMES[0], 0)
    if isinstance(error, RunError):
        return Ending(_OUTCOMES[error.exit_code], error.exit_code, str(error))
    if isinstance(error, typer.Exit):
        return Ending(_OUTCOMES[error.exit_code], error.exit_code)
    return Ending("crashed", 1, f"{type(error).__name__}: {error}")
