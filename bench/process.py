"""Commands run as processes, and the resources that they take."""

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from bench.watch import watched

ROOT = Path(__file__).parent.parent
_LONGEST_LINE = 160


class Failed(Exception):
    """A process that failed or did not end in time; the message has how, and its last line."""


class Usage(NamedTuple):
    """What a process used, its children included."""

    seconds: float
    cpu: float
    """Seconds of user and system time."""
    peak_mb: float
    """Most memory resident at once."""
    processes: int
    """Most of them at once."""


def environment(variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment and more, with bytecode kept (compiling takes seconds) and nothing traced."""
    unset = ("PYTHONDONTWRITEBYTECODE", "VLLM_API_KEY", "VLLM_BASE_URL")
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    return {**kept, "LANGSMITH_TRACING": "false", **(variables or {})}


def start(
    command: Sequence[str],
    variables: Mapping[str, str] | None = None,
    stdout: int = subprocess.DEVNULL,
) -> "subprocess.Popen[bytes]":
    """Start a command with more variables; what it writes to stdout is dropped if not asked for."""
    return subprocess.Popen(command, cwd=ROOT, env=environment(variables), stdout=stdout)


def run(
    command: Sequence[str],
    variables: Mapping[str, str] | None = None,
    limit: float | None = None,
) -> Usage:
    """Run a command to its end. Raises Failed if it fails, or has not ended after `limit` seconds.

    It is a session of its own, so that all that it starts can be watched, and ended with it.
    """
    with tempfile.TemporaryFile() as said:
        started = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(variables),
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        usage = _wait(process, started, limit)
        if process.returncode == -signal.SIGKILL and limit is not None:
            raise Failed(f"killed, as it had not ended after {limit:.0f} s: {_last_line(said)}")
        if process.returncode:
            raise Failed(f"exit code {process.returncode}: {_last_line(said)}")
    return usage


def _wait(process: "subprocess.Popen[bytes]", started: float, limit: float | None) -> Usage:
    timer = threading.Timer(limit or 0, _kill, (process.pid,))
    if limit is not None:
        timer.start()
    try:
        with watched(process.pid) as peak:
            # Not reaped yet, so its number stands for its session alone.
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            seconds = time.monotonic() - started
    finally:
        timer.cancel()
        _kill(process.pid)  # what it left behind; all, after a Ctrl+C that reached us alone
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Usage(
        seconds=seconds,
        cpu=used.ru_utime + used.ru_stime,
        peak_mb=max(peak.mb, used.ru_maxrss / 1024),
        processes=peak.processes,
    )


def _kill(session: int) -> None:
    os.killpg(session, signal.SIGKILL)


def _last_line(said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read().decode(errors="replace").splitlines()
    return next((line.strip() for line in reversed(lines) if line.strip()), "")[:_LONGEST_LINE]
