"""The slope between two sizes of the same work: its cost without the cost of starting."""

from pathlib import Path
from typing import NamedTuple

from bench.process import Usage
from bench.rows import take_rows
from tests.support.rows import write_jsonl

_FEW = 15


class Sizes(NamedTuple):
    """The same rows twice: the first few, and all."""

    few: Path
    all: Path


def write_sizes(home: Path, data: Path | None, count: int) -> Sizes:
    """Write the first `count` rows of a JSON list, or made-up ones, at both sizes."""
    taken = take_rows(data, count)
    return Sizes(
        write_jsonl(home / "few.jsonl", taken[:_FEW]), write_jsonl(home / "all.jsonl", taken)
    )


class Slope(NamedTuple):
    """What one more call takes: starting and importing are in both sizes, and cancel out."""

    cpu_ms: float
    ms: float


def slope(few: Usage, whole: Usage, more_calls: int) -> Slope:
    """The slope between two runs, of which the second had so many more calls answered."""
    cpu, seconds = whole.cpu - few.cpu, whole.seconds - few.seconds
    return Slope(1000 * cpu / more_calls, 1000 * seconds / more_calls)
