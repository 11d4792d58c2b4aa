"""Runs in batches that are killed at random, again and again: what is paid twice, what comes of it.

    python -m bench.kills --kills 10 --rows 8 --seed 1

For each protocol the rows are evolved by single calls first, then in batches at a loopback server
that takes a while for each; the run is killed (SIGKILL) so many times, at random moments, and then
left to end. In one start of three the server says nothing of what arrives there, so that the kill
falls between a batch and its answer. Paid twice are calls answered beyond the different ones.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from bench.measure import evolve, folder, parser_of
from bench.process import run, start
from bench.rows import take_rows
from bench.table import load, machine
from runners.folder.folder import RunFolder
from tests.support.rows import write_jsonl
from tests.support.server import Server, ServerOptions, serve

_PROTOCOLS = {
    "openai": ("file", "batch"),
    "anthropic": ("message_batch",),
    "google_genai": ("file", "batch"),
    "together": ("file", "batch"),
}
"""Whose batches, by the provider's name, and what can arrive there without an answer."""
_HAS_SILENCE = 1 / 3
_LONGEST = 3.0
"""Seconds of work after which a run is killed at the latest."""
_BATCH_SECONDS = 0.3
_RESULTS = ("evolved.jsonl", "evolutions.jsonl", "failures.jsonl")
_HEAD = "| protocol | rows | killed | batches | answered | paid twice | bytes as single calls |"
_RULE = "| --- | ---: | ---: | ---: | ---: | ---: | --- |"


class Killed(NamedTuple):
    """A run in batches that was killed at random."""

    kills: int
    batches: int
    answered: int
    distinct: int
    """Different calls among the answered ones."""
    is_same: bool
    """Whether its results are those of single calls."""

    def line(self, provider: str, rows: int) -> str:
        """As a line of the table."""
        twice, same = self.answered - self.distinct, "equal" if self.is_same else "OTHERS"
        figures = (provider, rows, self.kills, self.batches, self.answered, twice, same)
        return f"| {' | '.join(map(str, figures))} |"


def options_of(provider: str, server: Server) -> list[str]:
    """How `coevol evolve` is told to use the server by a provider's own protocol."""
    return ["--model", f"{provider}:test-model", "--base-url", server.url_of(provider)]


def results(out: Path) -> list[bytes]:
    """What a run has written of its rows."""
    return [(out / name).read_bytes() for name in _RESULTS]


def killed(command: list[str], out: Path, seconds: float) -> bool:
    """Start a run and kill it after so many seconds of work; return whether it was still there."""
    process, lock = start(command), RunFolder(out)
    try:
        while process.poll() is None and not lock.is_locked():
            time.sleep(0.01)
        process.wait(seconds)
        return False
    except subprocess.TimeoutExpired:
        return True
    finally:
        process.kill()
        process.wait()


def measure(provider: str, data: Path, home: Path, kills: int, random: Random) -> Killed:
    """Evolve the rows by single calls, then in batches with kills."""
    with serve() as server:
        run(evolve(data, home / "single", *options_of(provider, server)))
    out, done = home / "batches", 0
    with serve(ServerOptions(batch_seconds=_BATCH_SECONDS)) as server:
        batches = ("--engine", "batch", "--batch-delay", "0.05", "--batch-size", "8")
        command = evolve(data, out, *options_of(provider, server), *batches)
        for _ in range(kills):
            is_silent = random.random() < _HAS_SILENCE
            server.change(batch_stalls=random.choice(_PROTOCOLS[provider]) if is_silent else "")
            done += killed(command, out, random.uniform(0, _LONGEST))
        server.change(batch_stalls="")
        run(command)
        is_same = results(out) == results(home / "single")
        return Killed(done, len(server.batches), server.answered, server.distinct, is_same)


def measure_all(protocols: list[str], rows: int, kills: int, seed: int) -> Iterator[str]:
    """Yield the lines of the table."""
    yield from (_HEAD, _RULE)
    for provider in protocols:
        with folder() as home:
            data = write_jsonl(home / "rows.jsonl", take_rows(None, rows))
            yield measure(provider, data, home, kills, Random(seed)).line(provider, rows)


def main() -> None:
    """Print the table between the load averages before and after."""
    parser = parser_of(__doc__, rows=8)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--protocols", nargs="+", default=list(_PROTOCOLS), choices=_PROTOCOLS)
    given = parser.parse_args()
    for name in ("OPENAI", "ANTHROPIC", "GOOGLE", "TOGETHER"):
        os.environ.setdefault(f"{name}_API_KEY", "none")
    print(f"{machine()}\n\nLoad average before: {load()}\n")
    for line in measure_all(given.protocols, given.rows, given.kills, given.seed):
        print(line, flush=True)
    print(f"\nLoad average after: {load()}")


if __name__ == "__main__":
    main()
