"""A measurement's Markdown table, and the state of the machine."""

import os
import platform
import subprocess
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from typing import NamedTuple

from bench.process import ROOT

_PACKAGES = ("langgraph", "langchain-core", "openai", "aiohttp")


class Figure(NamedTuple):
    """One measured figure."""

    what: str
    value: str
    target: str = ""
    spread: str = ""
    """Least and greatest of the repeats, or how the figure came about."""


def show(measure: Callable[[], Iterable[Figure]]) -> None:
    """Measure, and print the figures between the load averages before and after."""
    print(f"{machine()}\n\nLoad average before: {load()}\n")
    for line in table_of(measure()):
        print(line, flush=True)
    print(f"\nLoad average after: {load()}")


def table_of(figures: Iterable[Figure]) -> Iterator[str]:
    """Yield the lines of the table as the figures come."""
    yield "| what | figure | target | range |"
    yield "| --- | ---: | ---: | --- |"
    for figure in figures:
        yield f"| {' | '.join(figure)} |"


def machine() -> str:
    """The machine, the versions, and the revision of this tree."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    python = f"Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {python}, {packages}; revision {_revision()}"


def load() -> str:
    """The load averages: how busy the machine is, the bench's own processes included."""
    one, five, _ = os.getloadavg()
    return f"{one:.1f} over a minute, {five:.1f} over five"


def _revision() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    described = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return described.stdout.strip() or "unknown"
