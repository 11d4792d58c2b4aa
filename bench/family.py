"""A command and the processes that it starts, observed while they run."""

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.process import start
from tests.support.processes import children_of

_INTERVAL = 0.5
_TICKS = os.sysconf("SC_CLK_TCK")


class Process(NamedTuple):
    """The resources that a process had used when it was last seen."""

    name: str
    cpu: float
    """Seconds of user and system time."""
    peak_mb: float
    """Most memory resident at once, shared memory included."""


def watch(command: Sequence[str]) -> tuple[Process, list[Process]]:
    """Run a command to its end; return it and all that it has started.

    What a process does in the last half second of its life is missed. Raises SystemExit if the
    command fails.
    """
    seen: dict[int, Process] = {}
    with start(command) as process:
        while process.poll() is None:
            seen |= {pid: found for pid in _family(process.pid) for found in _look_at(pid)}
            time.sleep(_INTERVAL)
        if process.returncode:
            raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}")
    first = seen.pop(process.pid)
    return first, list(seen.values())


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = children_of(pid)
    except OSError:  # it has just ended
        return
    for child in children:
        yield from _family(child)


def _look_at(pid: int) -> Iterator[Process]:
    folder = Path(f"/proc/{pid}")
    try:
        times = (folder / "stat").read_text().rpartition(")")[2].split()
        name = (folder / "cmdline").read_text().partition("\0")[0]
        lines = (folder / "status").read_text().splitlines()
    except OSError:
        return
    peaks = [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")]
    if peaks:
        yield Process(name, (int(times[11]) + int(times[12])) / _TICKS, peaks[0])
