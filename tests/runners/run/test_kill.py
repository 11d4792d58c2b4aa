"""A run that is killed, at any moment and however often, goes on where it stopped."""

import signal
import subprocess
from collections.abc import Generator
from pathlib import Path
from random import Random
from time import sleep

import pytest

from tests.runners.commands import answers_kept, at, coevol, ended, repeated, started, wait_until
from tests.runners.datasets import alpacas, evolved, plain, read_jsonl, write_json
from tests.support.rows import write_jsonl
from tests.support.server import Server, ServerOptions, serve

ROWS = alpacas(60)
KILLS = 10


@pytest.fixture
def server() -> Generator[Server]:
    with serve(ServerOptions(latency=0.02)) as running:
        yield running


def kill(process: subprocess.Popen[str], server: Server, run: Path, concurrency: int) -> int:
    """Kill a run that has no time to notice; return how many calls were in flight.

    For the run, a call is in flight until its answer is kept, also while the answer travels.
    """
    process.kill()
    process.wait()
    return min(concurrency, len(server.ledger.attempts) - answers_kept(run))


def test_ten_kills_lose_nothing_and_pay_for_nothing_twice(tmp_path: Path, server: Server) -> None:
    data = write_json(tmp_path / "data.json", ROWS)
    whole, run = tmp_path / "whole", tmp_path / "run"
    assert coevol("evolve", data, "--out", whole, *at(server)).code == 0
    calls, random = server.distinct, Random(3)
    with serve(ServerOptions(latency=0.05)) as killing:
        start = ["evolve", data, "--out", run, *at(killing)]
        in_flight = 0
        for moment in sorted(random.sample(range(int(calls * 0.95)), KILLS)):
            concurrency = random.choice([8, 16, 32])
            with started(*start, "--concurrency", concurrency) as process:
                wait_for_answers(killing, moment)
                sleep(random.uniform(0, 0.05))
                assert process.poll() is None, "the run ended before it could be killed"
                in_flight += kill(process, killing, run, concurrency)
        result = coevol(*start)
        assert result.code == 0, result.err
        assert killing.answered - killing.distinct <= in_flight
        assert killing.distinct == calls
    for name in ("evolved.jsonl", "evolutions.jsonl", "failures.jsonl"):
        assert (run / name).read_bytes() == (whole / name).read_bytes()
    ids = [record["id"] for record in read_jsonl(run / "evolutions.jsonl")]
    assert len(set(ids)) == len(ids) == len(ROWS)


def wait_for_answers(server: Server, count: int) -> None:
    """Wait until so many different calls are answered, and one is asked."""
    asked = len(server.requests)
    wait_until(lambda: server.distinct >= count and len(server.requests) > asked)


def test_ctrl_c_finishes_what_is_paid_and_says_how_to_go_on(tmp_path: Path, server: Server) -> None:
    rows = alpacas(30)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    arguments = ["evolve", data, "--out", run, "--concurrency", 4, *at(server)]
    with started(*arguments) as process:
        wait_until(lambda: server.answered > 200)
        process.send_signal(signal.SIGINT)
        result = ended(process)
    assert result.code == 130
    assert "goes on where it stopped" in result.err.splitlines()[-1]
    assert [request.status for request in server.requests] == [200] * server.answered
    check_half_done(run, rows)
    assert coevol("resume", run).code == 0
    assert repeated(server) == 0
    assert read_jsonl(run / "evolved.jsonl") == evolved(rows)


def check_half_done(run: Path, rows: list[dict[str, object]]) -> None:
    """Each row is in its place, evolved or as it was; some are the one and some the other."""
    done = {record["position"] for record in read_jsonl(run / "evolutions.jsonl")}
    assert 0 < len(done) < len(rows)
    assert read_jsonl(run / "evolved.jsonl") == [
        after if position in done else before
        for position, (before, after) in enumerate(zip(rows, evolved(rows), strict=True))
    ]


def test_ctrl_c_twice_ends_at_once(tmp_path: Path, server: Server) -> None:
    rows = plain(6)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with started("evolve", data, "--out", run, *at(server)) as process:
        assert process.stderr is not None
        wait_until(lambda: server.answered > 20)
        server.change(latency=1000.0)
        wait_until(lambda: server.ledger.in_flight > 3)
        process.send_signal(signal.SIGINT)
        assert any("press Ctrl+C again" in line for line in process.stderr)
        process.send_signal(signal.SIGINT)
        assert ended(process).code == 130
    server.change(latency=0.0)
    answered = server.answered
    assert answered > 20
    assert coevol("resume", run).code == 0
    assert repeated(server) <= 32  # those that were answered, but not yet kept
    assert read_jsonl(run / "evolved.jsonl") == evolved(rows)


def test_one_process_a_run_and_a_killed_one_leaves_no_lock(tmp_path: Path, server: Server) -> None:
    rows = plain(4)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    server.change(latency=1000.0)
    with started("evolve", data, "--out", run, *at(server)) as process:
        wait_until(lambda: server.ledger.in_flight > 0)
        for again in (["evolve", data, "--out", run, *at(server)], ["resume", run]):
            result = coevol(*again)
            assert result.code == 2
            assert "another process is at work on this run" in result.err
        process.kill()
        process.wait()
    server.change(latency=0.0)
    assert coevol("resume", run).code == 0
    assert read_jsonl(run / "evolved.jsonl") == evolved(rows)
