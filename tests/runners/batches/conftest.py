"""What tests of batches share: rows, what the plain engine makes of them, and short waits."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cache
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


def results(run: Path) -> dict[str, bytes]:
    return {name: (run / name).read_bytes() for name in FILES}


def of(provider: str, server: Server) -> list[str]:
    """The options that lead to a loopback model by a provider's own protocol."""
    return ["--model", f"{provider}:test-model", "--base-url", server.url_of(provider)]


PlainRuns = Callable[[str], Path]


@pytest.fixture(scope="package")
def plain_runs(tmp_path_factory: pytest.TempPathFactory) -> PlainRuns:
    """The folder of a run of the plain engine, by provider."""

    @cache
    def made(provider: str) -> Path:
        folder = tmp_path_factory.mktemp(provider)
        data = write_json(folder / "data.json", ROWS)
        with serve() as server, pytest.MonkeyPatch.context() as patch:
            set_keys(patch)
            start = ["evolve", data, "--out", folder / "run", *of(provider, server)]
            assert coevol(*start).code == 0
        return folder / "run"

    return made


@pytest.fixture
def plain_run(plain_runs: PlainRuns) -> Path:
    """The folder of a run of the plain engine."""
    return plain_runs("openai")


@pytest.fixture
def plain(plain_run: Path) -> dict[str, bytes]:
    """The results of the plain engine."""
    return results(plain_run)


def set_keys(patch: pytest.MonkeyPatch) -> None:
    """Set keys for every provider that has batches."""
    for provider in ("ANTHROPIC", "GOOGLE", "OPENAI", "TOGETHER"):
        patch.setenv(f"{provider}_API_KEY", KEY)


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    set_keys(monkeypatch)


def ids_known(run: Path) -> list[str]:
    """The ids of the batches that a run knows."""
    if not (run / "run.db").exists():
        return []
    with closing(sqlite3.connect(run / "run.db")) as database:
        try:
            return list(database.execute("SELECT id FROM batches WHERE id IS NOT NULL"))
        except sqlite3.OperationalError:  # its tables are still to be made
            return []


Evolve = Callable[..., Result]


@pytest.fixture
def evolve(tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> Evolve:
    """Evolves the rows in batches, in this process, with pauses that take no time to speak of."""
    monkeypatch.setattr("runners.batches.patience._SHORTEST", 0.01)

    def run(server: Server, *options: Any) -> Result:
        return coevol("evolve", data, "--out", tmp_path / "run", *at(server), *BATCH, *options)

    return run
