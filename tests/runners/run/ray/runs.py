"""Runs on a cluster, and what came of them."""

from pathlib import Path

from tests.runners.commands import Result, answers_kept, ended, started
from tests.support.server import Server

REFUSED = b"BadRequestError"
FILES = ("evolved.jsonl", "evolutions.jsonl", "failures.jsonl")


PATIENCE = 240.0
"""Seconds for a run: on a busy machine Ray and its actors take most of a minute to start."""


def on_its_own(*arguments: object) -> Result:
    """Run a command to its end in a process of its own, as Ray wants it."""
    with started(*arguments) as process:
        return ended(process, PATIENCE)


def assert_same(run: Path, other: Path) -> None:
    for name in FILES:
        ours, theirs = ((each / name).read_bytes().split(b"\n") for each in (run, other))
        # Both debaters of a row are refused at once: either may be the one that is told of.
        assert [line for line in ours if REFUSED not in line] == [
            line for line in theirs if REFUSED not in line
        ]
        assert len(ours) == len(theirs)


def lost(server: Server, run: Path) -> int:
    """Calls that were answered and are not kept."""
    return server.distinct - answers_kept(run)
