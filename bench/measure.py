"""What measurements share: the called endpoint, the calling command, medians, options."""

import argparse
import json
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bench.process import ROOT, environment

COEVOL = [sys.executable, "-c", "from runners.cli.app import app; app()"]
"""The command of this tree, whichever one is installed."""
_ENDING = 30.0


class Endpoint(NamedTuple):
    """A running endpoint."""

    base_url: str

    def stats(self) -> dict[str, Any]:
        """Its counters."""
        with urllib.request.urlopen(self.base_url.removesuffix("/v1") + "/stats") as answer:
            return json.load(answer)

    @property
    def options(self) -> list[str]:
        """The options with which `coevol evolve` uses it."""
        return ["--model", "vllm:test-model", "--base-url", self.base_url]


@contextmanager
def endpoint(*options: str) -> Generator[Endpoint]:
    """Run `python -m bench.endpoint` for as long as the block lasts."""
    command = [sys.executable, "-m", "bench.endpoint", *options]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield Endpoint(json.loads(process.stdout.readline())["base_url"])
    finally:
        process.terminate()
        process.wait(_ENDING)
        process.stdout.close()


def evolve(data: Path, out: Path, *options: str) -> list[str]:
    """The command line of a run."""
    return [*COEVOL, "evolve", str(data), "--out", str(out), "--quiet", *options]


def answered(out: Path) -> int:
    """Calls of a run that were answered."""
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


def parser_of(
    description: str | None, rows: int, passes: int | None = None
) -> argparse.ArgumentParser:
    """A parser with the options that measurements share; `rows` and `passes` are their defaults."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="JSON list of Alpaca rows; default: made-up ones")
    parser.add_argument("--rows", type=int, default=rows)
    if passes is not None:
        parser.add_argument("--passes", type=int, default=passes)
    return parser
