"""A terminal for a process: types to it, Ctrl+C included, and reads all it prints."""

import os
import pty
import select
import subprocess
import termios
from collections.abc import Generator
from contextlib import contextmanager
from fcntl import ioctl
from time import monotonic

CTRL_C, CTRL_D = "\x03", "\x04"
_PATIENCE = 120.0
"""Seconds after which a process that should have said something is given up."""


class Terminal:
    """The terminal of one process, as a person sees it."""

    def __init__(self, process: subprocess.Popen[bytes], end: int) -> None:
        self._process, self._end = process, end
        self.said = ""
        """All output so far."""

    def type(self, text: str) -> None:
        """Type something."""
        os.write(self._end, text.encode())

    def read_until(self, words: str) -> None:
        """Read until words have come; fails if they don't."""
        limit = monotonic() + _PATIENCE
        while words not in self.said:
            assert self._read(limit - monotonic()), f"{words!r} never came: {self.said}"

    def ended(self) -> int:
        """Read on until the process ends; return its exit code."""
        limit = monotonic() + _PATIENCE
        while self._read(limit - monotonic()):
            pass
        return self._process.wait(max(0.0, limit - monotonic()))

    def _read(self, patience: float) -> bool:
        """Read something; False if nothing came in time, or the other end is closed."""
        if not select.select([self._end], [], [], max(0.0, patience))[0]:
            return False
        try:
            more = os.read(self._end, 65536)
        except OSError:  # what Linux says once the process has left
            return False
        self.said += more.decode(errors="replace")
        return bool(more)


@contextmanager
def at_terminal(command: list[str]) -> Generator[Terminal]:
    """A command whose terminal is this one, killed at the end if it is still there."""
    ours, its = pty.openpty()

    def take() -> None:
        os.setsid()
        ioctl(its, termios.TIOCSCTTY, 0)

    try:
        process = subprocess.Popen(command, stdin=its, stdout=its, stderr=its, preexec_fn=take)
    finally:
        os.close(its)
    try:
        yield Terminal(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
