"""Looking at a run: it stays as it was, may be at work or in a folder that is read-only, no key."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.runners.commands import at, coevol, ended, started, wait_until
from tests.runners.datasets import Fields, alpacas, evolved, plain, read_jsonl
from tests.support.files import state_of, unwritable
from tests.support.records import run_of, sample
from tests.support.rows import write_jsonl
from tests.support.server import Server, ServerOptions, serve

Look = Callable[[Path, Path], list[object]]
"""The arguments of a command that looks at a run and writes, if at all, into another folder."""
LOOKS: dict[str, Look] = {
    "status": lambda run, out: ["status", run],
    "show": lambda run, out: ["show", run],
    "check": lambda run, out: ["check", run],
    "check --show": lambda run, out: ["check", run, "--show", "too_long", "--longest", "0.1"],
    "report": lambda run, out: ["report", run, "--out", out],
    "export": lambda run, out: ["export", run, "--to", "alpaca", "--out", out, "--partial"],
}
LOOKING = pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS.keys())


def make_run(folder: Path, rows: list[Fields], server: Server) -> Path:
    data = write_jsonl(folder / "data.jsonl", rows)
    assert coevol("evolve", data, "--out", folder / "run", *at(server)).code == 0
    return folder / "run"


def status_of(run: Path) -> dict[str, Any]:
    return json.loads(coevol("status", run, "--json").out)


def rows_done(run: Path) -> int:
    """How many rows have been evolved so far; none where there is no run yet."""
    return status_of(run)["rows"]["finished"] if (run / "run.yaml").exists() else 0


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that has ended."""
    with serve() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", "any")
        return make_run(tmp_path_factory.mktemp("looked at"), alpacas(4), server)


@LOOKING
def test_a_run_is_left_as_it_was(run: Path, tmp_path: Path, look: Look) -> None:
    before = state_of(run)
    result = coevol(*look(run, tmp_path / "out"))
    assert (result.code, result.err) == (0, ""), result.err
    assert state_of(run) == before


def test_a_run_that_is_compared_is_left_as_it_was(
    run: Path, tmp_path: Path, server: Server
) -> None:
    before = state_of(run)
    judge = ["--judge-model", "openai:test-model", "--base-url", server.base_url]
    assert coevol("compare", run, *judge, "--out", tmp_path).code == 0
    assert state_of(run) == before


@LOOKING
def test_a_run_can_be_looked_at_without_a_key(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, look: Look
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    result = coevol(*look(run, tmp_path / "out"))
    assert (result.code, result.err) == (0, ""), result.err


def test_what_a_run_cost_is_known_without_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    run = run_of(tmp_path / "run", [sample("one", "before", [])], model="openai:gpt-4o-mini")
    # 100 tokens in and 50 out, at $0.15 and $0.60 a million.
    assert status_of(run)["cost_usd"] == pytest.approx(0.000045)


@LOOKING
def test_a_run_in_a_folder_that_can_not_be_written(run: Path, tmp_path: Path, look: Look) -> None:
    with unwritable(run):
        result = coevol(*look(run, tmp_path / "out"))
    assert (result.code, result.err) == (0, ""), result.err


def test_a_run_at_work_is_looked_at_and_goes_on(tmp_path: Path) -> None:
    rows = plain(30)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with serve(ServerOptions(latency=0.02)) as server:
        command = ["evolve", data, "--out", run, "--concurrency", 2, *at(server)]
        with started(*command) as process:
            wait_until(lambda: server.answered > 30)  # no row is done much earlier: why look
            wait_until(lambda: rows_done(run) > 0)
            server.change(down=True)  # which the run waits for, whoever looks at it meanwhile
            for number, look in enumerate(LOOKS.values()):
                result = coevol(*look(run, tmp_path / str(number)))
                assert result.code == 0, result.err
            assert (status_of(run)["at_work"], process.poll()) == (True, None)
            assert 0 < rows_done(run) < 30
            server.change(down=False)
            result = ended(process)
    assert result.code == 0, result.err
    assert read_jsonl(run / "evolved.jsonl") == evolved(rows)
    assert not list(run.glob("run.db-*"))
    assert (status_of(run)["at_work"], rows_done(run)) == (False, 30)
