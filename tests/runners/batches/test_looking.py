"""What is out there is seen from outside: by status, by cancel, by an estimate."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.runners.batches.conftest import BATCH, Evolve, results
from tests.runners.commands import at, coevol, ended, started, wait_until
from tests.support.server import Server, ServerOptions, serve


def out_there(run: Path) -> list[dict[str, object]]:
    """The batches that status has heard of; none while there is no run yet."""
    result = coevol("status", run, "--json")
    batches: list[dict[str, object]] = json.loads(result.out)["batches"] if not result.code else []
    return [each for each in batches if each["status"]]


def test_cancel_ends_a_run_at_work_and_what_was_answered_is_not_paid_again(
    tmp_path: Path, data: Path, evolve: Evolve, plain: dict[str, bytes]
) -> None:
    run = tmp_path / "run"
    with serve(ServerOptions(batch_seconds=3600)) as server:
        with started("evolve", data, "--out", run, *at(server), *BATCH) as process:
            wait_until(lambda: sum(len(each.lines) for each in server.batches) == 12)
            wait_until(lambda: len(out_there(run)) == len(server.batches))
            said = coevol("status", run).out
            assert "batch   batch_1: " in said
            assert "calls, 0 answered, in_progress, for 0:0" in said
            result = coevol("cancel", run)
            assert result.code == 0
            assert "batch_1: given up, with " in result.out
            told = ended(process)
        assert told.code == 4
        assert "was cancelled; what it answered is kept" in told.err
        assert {each.status for each in server.batches} == {"cancelled"}
        server.change(batch_seconds=0)
        assert evolve(server).code == 0
        assert server.answered == server.distinct
    assert results(run) == plain
    assert coevol("cancel", run).out == f"{run}: no batch is out there\n"


def test_status_says_what_a_batch_waits_for_and_how_long_others_took(
    tmp_path: Path, data: Path
) -> None:
    run = tmp_path / "run"
    with serve() as server:
        start = ["evolve", data, "--out", run, *at(server), *BATCH, "--batch-delay", 0.5]
        with started(*start) as process:
            wait_until(lambda: server.answered >= 12)
            server.change(batch_seconds=3600)
            wait_until(lambda: out_there(run) and not server.batches[-1].is_over)
            process.kill()
            process.wait()
    said = coevol("status", run).out
    assert re.search(r"; waits for openai:test-model to answer (critical and positive|\w+)\n", said)
    assert " came back, after 0:0" in said


def test_a_run_whose_batches_were_cancelled_while_it_was_away_goes_on(
    tmp_path: Path, data: Path, evolve: Evolve, plain: dict[str, bytes]
) -> None:
    run = tmp_path / "run"
    with serve(ServerOptions(batch_seconds=3600)) as server:
        with started("evolve", data, "--out", run, *at(server), *BATCH) as process:
            wait_until(lambda: server.batches and out_there(run))
            process.kill()
            process.wait()
        assert coevol("cancel", run).code == 0
        server.change(batch_seconds=0)
        assert evolve(server).code == 0
    assert results(run) == plain


def test_an_estimate_in_batches_is_half_the_price_and_tells_the_time(
    data: Path, tmp_path: Path, evolve: Evolve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "https://api.openai.com/v1")
    options = ["estimate", data, "--model", "openai:gpt-4o-mini", "--rounds", 3]
    usual, batch = (coevol(*options, *more).out for more in ([], ["--engine", "batch"]))
    assert cost(batch) == pytest.approx(cost(usual) / 2, abs=0.011)
    assert "A batch takes 60 min (assumed, as none was seen)" in batch
    assert "3 rounds: 15 batches one after another, 15 h, 15 days at the most" in batch
    with serve() as server:
        assert evolve(server).code == 0
        like = ["--engine", "batch", "--like", tmp_path / "run"]
        seen = coevol("estimate", data, *at(server), *like).out
    assert "that were seen)" in seen


def cost(said: str) -> float:
    """The dearest cost that an estimate names."""
    return float(said[said.rindex("$") + 1 :].split()[0])


def test_a_pilot_is_not_sent_in_batches(data: Path, server: Server) -> None:
    result = coevol("estimate", data, "--pilot", 2, *at(server), "--engine", "batch")
    assert result.code == 2
    assert "--pilot: its calls are sent one by one" in result.err


@pytest.mark.parametrize("gone", ["batches", "batch_lines"])
def test_a_rescue_names_the_batches_that_it_can_not_take_any_more(
    tmp_path: Path, data: Path, gone: str
) -> None:
    run = tmp_path / "run"
    with serve() as server:
        assert coevol("evolve", data, "--out", run, *at(server), *BATCH, "--limit", 2).code == 0
        server.change(batch_seconds=3600)
        with started("evolve", data, "--out", run, *at(server), *BATCH) as process:
            wait_until(lambda: out_there(run))
            process.kill()
            process.wait()
    out = out_there(run)[0]
    with closing(sqlite3.connect(run / "run.db")) as database, database:
        [(token,)] = database.execute("SELECT token FROM batches WHERE id = ?", [out["id"]])
        database.execute(f"DELETE FROM {gone} WHERE token = ?", [token])
        database.execute("UPDATE samples SET record = x'00' WHERE record IS NOT NULL")
    result = coevol("rescue", run)
    assert result.code == 0, result.err
    name = token if gone == "batches" else f"{out['id']} ({token})"
    [told] = [each for each in result.out.splitlines() if "calls of batch" in each]
    assert told.startswith(f"lost: {out['calls']} calls of batch {name}, which may be out there")
    assert " tokens; resume asks them again" in told
