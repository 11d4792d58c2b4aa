"""The processes that a run has on a cluster of this machine, to be killed."""

import os
import signal
from pathlib import Path

from tests.runners.commands import wait_until

ACTOR = "ray::MapWorker"
READER = "ray::Read_Chunks"


def pids_of(name: str) -> list[int]:
    """The processes that Ray gave a name beginning so."""
    return [
        int(folder.name) for folder in Path("/proc").iterdir() if _name(folder).startswith(name)
    ]


def kill_one(name: str) -> None:
    """Kill one of them as soon as there is one, without notice."""
    wait_until(lambda: pids_of(name))
    os.kill(pids_of(name)[0], signal.SIGKILL)


def _name(folder: Path) -> str:
    try:
        return (folder / "cmdline").read_text() if folder.name.isdecimal() else ""
    except OSError:  # it has just ended
        return ""
