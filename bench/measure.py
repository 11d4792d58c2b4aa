"""Measuring: commands run as processes of their own, the endpoint they talk to, and medians."""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
COEVOL = [sys.executable, "-c", "from runners.cli import app; app()"]
"""The command of this tree, whichever one is installed."""
_STARTING = 30.0


class Usage(NamedTuple):
    """What a process took, its children included."""

    seconds: float
    cpu: float
    """Seconds of user and system time."""
    peak_mb: float
    """Most memory resident at once."""


class Endpoint(NamedTuple):
    """A running endpoint."""

    base_url: str

    def stats(self) -> dict[str, Any]:
        """Its counters."""
        with urllib.request.urlopen(self.base_url.removesuffix("/v1") + "/stats") as answer:
            return json.load(answer)

    @property
    def options(self) -> list[str]:
        """How `coevol evolve` is told to use it."""
        return ["--model", "vllm:test-model", "--base-url", self.base_url]


@contextmanager
def endpoint(*options: str) -> Generator[Endpoint]:
    """Run `python -m bench.endpoint` for as long as the block lasts."""
    command = [sys.executable, "-m", "bench.endpoint", *options]
    process = subprocess.Popen(
        command, cwd=ROOT, env=_environment(), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield Endpoint(**json.loads(process.stdout.readline()))
    finally:
        process.terminate()
        process.wait(_STARTING)
        process.stdout.close()


def start(
    command: Sequence[str],
    variables: Mapping[str, str] | None = None,
    stdout: int = subprocess.DEVNULL,
) -> "subprocess.Popen[bytes]":
    """Start a command with more variables; what it writes to stdout is dropped if not asked for."""
    env = {**_environment(), **(variables or {})}
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=stdout)


def run(command: Sequence[str], variables: Mapping[str, str] | None = None) -> Usage:
    """Run a command to its end. Raises CalledProcessError if it fails."""
    started = time.monotonic()
    process = start(command, variables)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Usage(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def evolve(data: Path, out: Path, *options: str) -> list[str]:
    """The command line of a run."""
    return [*COEVOL, "evolve", str(data), "--out", str(out), "--quiet", *options]


def answered(out: Path) -> int:
    """Calls that a run has had answered."""
    return json.loads((out / "summary.json").read_text())["calls"]["answered"]


def middle(values: Iterable[float]) -> tuple[float, str]:
    """The median of a few figures, and their range as text."""
    values = sorted(values)
    return median(values), f"{values[0]:.3g} to {values[-1]:.3g} in {len(values)}"


@contextmanager
def folder() -> Generator[Path]:
    """A temporary folder."""
    with tempfile.TemporaryDirectory(prefix="coevol-bench-") as path:
        yield Path(path)


def _environment() -> dict[str, str]:
    """The environment, with bytecode kept (compiling anew costs seconds) and nothing traced."""
    kept = Path(tempfile.gettempdir()) / "coevol-bench-bytecode"
    ours = {"PYTHONPYCACHEPREFIX": str(kept), "LANGSMITH_TRACING": "false"}
    unset = ("PYTHONDONTWRITEBYTECODE", "VLLM_API_KEY", "VLLM_BASE_URL")
    return {name: value for name, value in os.environ.items() if name not in unset} | ours
