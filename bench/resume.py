"""What starting a run again costs: a finished one, a killed one, and one with known calls.

    python -m bench.resume --rows 300

The killed run is ended by SIGKILL when half of its calls are answered. Calls answered again are all
that are answered beyond those of an undisturbed run.
"""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Endpoint, endpoint, evolve, folder, parser_of
from bench.process import Usage, run, start
from bench.slope import write_sizes
from bench.table import Figure, show

_CONCURRENCY = 64
_SPEED = ("--slots", str(_CONCURRENCY), "--latency", "0.05", "--seconds-per-token", "0.0002")


class Bench:
    """The rows and the endpoint, whose calls are counted run by run."""

    def __init__(self, home: Path, data: Path | None, count: int, server: Endpoint) -> None:
        self._home, self._server = home, server
        few, self._data = write_sizes(home, data, count)
        run(evolve(few, home / "few", *server.options))  # warms the bytecode up

    def answered(self) -> int:
        """Calls that the endpoint has answered so far."""
        return self._server.stats()["answered"]

    def run(self, out: str, *options: str) -> tuple[Usage, int]:
        """Run to the end; return what it used and the calls that were answered."""
        before = self.answered()
        used = run(self._command(out, *options))
        return used, self.answered() - before

    def kill(self, out: str, calls: int) -> tuple[int, int]:
        """Run and kill it after a number of calls; return calls answered and calls cut off."""
        before = self._server.stats()
        process = start(self._command(out))
        while self.answered() < before["answered"] + calls and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        time.sleep(1)  # what is under way at the server ends
        after = self._server.stats()
        return after["answered"] - before["answered"], after["refused"] - before["refused"]

    def read(self, out: str) -> bytes:
        """The dataset that a run has written."""
        return (self._home / out / "evolved.jsonl").read_bytes()

    def journal(self, out: str) -> str:
        """The database with a run's answers, for `--cache`."""
        return str(self._home / out / "run.db")

    def _command(self, out: str, *options: str) -> list[str]:
        given = ("--concurrency", str(_CONCURRENCY), *self._server.options, *options)
        return evolve(self._data, self._home / out, *given)


def measure(data: Path | None = None, rows: int = 300) -> Iterator[Figure]:
    """Yield what each kind of restart costs."""
    with folder() as home, endpoint(*_SPEED) as server:
        bench = Bench(home, data, rows, server)
        first, calls = bench.run("whole")
        yield Figure(f"{rows} rows, undisturbed", f"{calls} calls", "", _took(first))
        yield from _finished(bench)
        yield from _known(bench, calls)
        yield from _killed(bench, calls)


def _finished(bench: Bench) -> Iterator[Figure]:
    used, calls = bench.run("whole")
    yield Figure("finished run started again", f"{calls} calls", "0", _took(used))


def _known(bench: Bench, known: int) -> Iterator[Figure]:
    used, calls = bench.run("known", "--cache", bench.journal("whole"))
    how = f"{_took(used)}; empty answers are never kept, so they are asked again"
    yield Figure(f"new run, all {known} calls in its --cache", f"{calls} calls", "", how)


def _killed(bench: Bench, whole: int) -> Iterator[Figure]:
    answered, cut = bench.kill("killed", whole // 2)
    used, later = bench.run("killed")
    again = answered + later - whole
    how = f"{answered} before the kill, {later} after it ({_took(used)})"
    yield Figure("killed and resumed: calls answered again", str(again), f"<= {_CONCURRENCY}", how)
    yield Figure("killed and resumed: calls cut off unanswered", str(cut), f"<= {_CONCURRENCY}")
    same = "yes" if bench.read("killed") == bench.read("whole") else "no"
    yield Figure("killed and resumed: same dataset as undisturbed", same, "yes")


def _took(used: Usage) -> str:
    return f"{used.seconds:.1f} s, {used.cpu:.1f} s of CPU"


def main() -> None:
    """Print the table."""
    given = parser_of(__doc__, rows=300).parse_args()
    show(lambda: measure(given.data, given.rows))


if __name__ == "__main__":
    main()
