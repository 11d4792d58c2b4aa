"""The memory of a process and of all processes that it starts, over time."""

import os
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

_PROC = Path("/proc")
_INTERVAL = 0.5


class Peak:
    """The most that the processes of a session held at once."""

    def __init__(self) -> None:
        self.mb = 0.0
        """Resident memory; what processes share is counted once."""
        self.processes = 1

    def look(self, session: int) -> None:
        """Take down what they hold now."""
        held = [_resident_mb(process) for process in _processes(session)]
        self.mb = max(self.mb, sum(held))
        self.processes = max(self.processes, len(held))


@contextmanager
def watched(session: int) -> Generator[Peak]:
    """Look at a session's processes twice a second for as long as the block lasts (Linux only)."""
    peak, ended = Peak(), threading.Event()

    def watch() -> None:
        while not ended.wait(_INTERVAL):
            peak.look(session)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join()


def _processes(session: int) -> Iterator[Path]:
    for name in filter(str.isdecimal, os.listdir(_PROC) if _PROC.exists() else ()):
        try:
            stat = (_PROC / name / "stat").read_text()
        except OSError:  # it has just ended
            continue
        _state, _parent, _group, its_session, *_ = stat.rpartition(")")[2].split()
        if int(its_session) == session:
            yield _PROC / name


def _resident_mb(process: Path) -> float:
    try:
        lines = (process / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
