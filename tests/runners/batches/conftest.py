"""What tests of batches share: rows, what the plain engine makes of them, and short waits."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.runners.commands import KEY, Result, at, coevol
from tests.runners.datasets import alpacas, write_json
from tests.support.server import Server, serve

ROWS = alpacas(6)
FILES = ("evolved.jsonl", "evolutions.jsonl", "failures.jsonl")
BATCH = ["--engine", "batch", "--batch-delay", "0.05"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_json(tmp_path / "data.json", ROWS)


@pytest.fixture(scope="package")
def plain_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of the plain engine."""
    folder = tmp_path_factory.mktemp("plain")
    data = write_json(folder / "data.json", ROWS)
    with serve() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", KEY)
        assert coevol("evolve", data, "--out", folder / "run", *at(server)).code == 0
    return folder / "run"


@pytest.fixture
def plain(plain_run: Path) -> dict[str, bytes]:
    """The results of the plain engine."""
    return results(plain_run)


def results(run: Path) -> dict[str, bytes]:
    return {name: (run / name).read_bytes() for name in FILES}


Evolve = Callable[..., Result]


@pytest.fixture
def evolve(tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> Evolve:
    """Evolves the rows in batches, in this process, with pauses that take no time to speak of."""
    monkeypatch.setattr("runners.batches.patience._SHORTEST", 0.01)

    def run(server: Server, *options: Any) -> Result:
        return coevol("evolve", data, "--out", tmp_path / "run", *at(server), *BATCH, *options)

    return run
