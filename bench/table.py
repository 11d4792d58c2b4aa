"""The table that every measurement ends in, in Markdown, and the state of the machine."""

import os
import platform
from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import NamedTuple

_PACKAGES = ("coevol", "langgraph", "langchain-core", "langchain-openai", "openai", "aiohttp")


class Figure(NamedTuple):
    """One measured figure."""

    what: str
    value: str
    target: str = ""
    spread: str = ""
    """Least and greatest of the repeats, or how the figure came about."""


def show(measure: Callable[[], Iterable[Figure]]) -> None:
    """Measure, and print the figures between the load averages before and after."""
    print(f"{_machine()}\n\n{_load('before')}\n")
    print("| what | figure | target | range |\n| --- | ---: | ---: | --- |")
    for figure in measure():
        print(f"| {' | '.join(figure)} |", flush=True)
    print(f"\n{_load('after')}")


def _machine() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {packages}"


def _load(when: str) -> str:
    one, five, _ = os.getloadavg()
    return f"Load average {when}: {one:.2f} over a minute, {five:.2f} over five"
