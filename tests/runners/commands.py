"""The command line for tests: inside this process where that will do, else as one of its own.

result = coevol("evolve", data, "--out", run, *at(server))
with started("evolve", data, "--out", run, *at(server)) as process: ...
"""

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from typer.main import get_command
from typer.testing import CliRunner

from runners.cli.app import app
from tests.support.server import Server

KEY = "sk-test-1f0c9d1e5b7a44aa"
"""A key that no endpoint knows; it must never be seen in what a run writes or says."""
PATIENCE = 60.0
"""Seconds after which a process that should have come to something is given up."""
_COMMAND = get_command(app)
"""Built once: to read the declarations of all options again takes as long as some commands."""


class Result(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


def at(server: Server, model: str = "openai:test-model") -> list[str]:
    """The options that lead to a loopback model."""
    return ["--model", model, "--base-url", server.base_url]


def coevol(*arguments: object) -> Result:
    """Run a command in this process."""
    with CliRunner().isolation() as (out, err, _):
        code = _exit_code([str(each) for each in arguments])
        sys.stdout.flush()
        sys.stderr.flush()
        return Result(code, out.getvalue().decode(), err.getvalue().decode())


def _exit_code(arguments: list[str]) -> int:
    try:
        _COMMAND.main(arguments, prog_name="coevol")
    except SystemExit as end:
        return int(end.code or 0)
    raise AssertionError("a command always ends with an exit code")


def command(*arguments: object) -> list[str]:
    """A command of the installed `coevol`, for a process of its own."""
    return [str(Path(sys.executable).with_name("coevol")), *(str(each) for each in arguments)]


@contextmanager
def started(
    *arguments: object, before: Callable[[], None] | None = None
) -> Generator[subprocess.Popen[str]]:
    """A command as a process of its own, killed at the end if it is still there.

    `before` is called in the process before the command takes over.
    """
    with subprocess.Popen(
        command(*arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=before,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[str], patience: float = PATIENCE) -> Result:
    """Wait for a process to end by itself."""
    out, err = process.communicate(timeout=patience)
    return Result(process.returncode, out, err)


def wait_until(condition: Callable[[], object], patience: float = PATIENCE) -> None:
    """Wait for a condition; fail if it does not come true."""
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)


@contextmanager
def after(server: Server, answers: int, change: Callable[[], object]) -> Generator[None]:
    """Let something happen to the server once it has given so many answers."""

    def happen() -> None:
        wait_until(lambda: server.answered >= answers)
        change()

    thread = Thread(target=happen)
    thread.start()
    yield
    thread.join()


def assert_one_line(text: str, *words: str) -> None:
    """Assert that a message is one line and says these words."""
    assert text.endswith("\n"), text
    assert text.count("\n") == 1, text
    assert not [word for word in words if word not in text], text


def contents(folder: Path) -> Iterable[tuple[Path, bytes]]:
    """Every file below a folder with what is in it."""
    return [(path, path.read_bytes()) for path in folder.rglob("*") if path.is_file()]


def repeated(server: Server) -> int:
    """How many answers were paid for twice; an empty answer may be asked for again."""
    good = [request for request in server.requests if (request.answer or "").strip()]
    return len(good) - len({json.dumps(request.body) for request in good})


def answers_kept(run: Path) -> int:
    """How many answered calls a run's journal has; 0 as long as there is none."""
    try:
        with closing(sqlite3.connect(f"file:{run / 'run.db'}?mode=ro", uri=True)) as database:
            [(kept,)] = database.execute("SELECT count(*) FROM calls")
    except sqlite3.OperationalError:  # no file yet, or no table
        return 0
    return kept
