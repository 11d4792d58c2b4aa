"""A race: the contenders that are measured side by side, and those that had to be left out."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from bench.contenders import CONTENDERS, Contender
from bench.measure import Endpoint
from bench.process import Failed
from bench.table import Figure

T = TypeVar("T")
FIRST = {1: "coevol", 3: "coevol-3"}
"""The contender that the others are compared with, by the number of rounds."""


class Race:
    """Contenders by name; one that fails is left out from then on."""

    def __init__(self, names: Iterable[str], home: Path) -> None:
        self.names = tuple(names)
        self.left_out: dict[str, str] = {}
        """Why a contender was left out, on one line."""
        self._home, self._outs = home, 0
        for name in self.names:
            if not CONTENDERS[name].is_installed:
                folder = CONTENDERS[name].python.parents[1]
                self.left_out[name] = f"not installed; see `make .venv-bench/{folder.name}/ready`"

    def out(self) -> Path:
        """A folder that does not exist yet."""
        self._outs += 1
        return self._home / f"out{self._outs}"

    def each(self, what: str, measure: Callable[[Contender], T]) -> dict[str, T]:
        """Measure each contender; one that fails is left out, with the reason."""
        results: dict[str, T] = {}
        for name in self.names:
            if name in self.left_out:
                continue
            print(f"{what}: {name}", file=sys.stderr, flush=True)
            try:
                results[name] = measure(CONTENDERS[name])
            except Failed as failure:
                self.left_out[name] = str(failure)
        return results

    def figures(self) -> Iterator[Figure]:
        """Yield the contenders left out, and why."""
        for name, reason in self.left_out.items():
            yield Figure(name, "left out", "", reason)

    def try_out(self, rows: Path, server: Endpoint) -> None:
        """Let each evolve a few rows; leave out those whose responses differ from coevol's.

        The endpoint's answers follow from the words of the prompts, so whoever says anything else
        to it comes to something else. It also warms the bytecode up.
        """

        def evolve(contender: Contender) -> list[list[str]]:
            out = self.out()
            contender.run(rows, out, server)
            lines = (out / "evolved.jsonl").read_text("utf-8").splitlines()
            return [json.loads(line)["output"].split() for line in lines]

        responses = self.each("trial", evolve)
        for name, said in responses.items():
            if said != responses.get(FIRST[CONTENDERS[name].rounds], said):
                self.left_out[name] = "it came to other responses than coevol"
