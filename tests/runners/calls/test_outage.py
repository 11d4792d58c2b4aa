"""Endpoints that limit, die, come back or stay away, and runs that carry on all the same."""

import json
import re
from pathlib import Path
from time import sleep
from typing import get_args

import pytest

from runners.calls.call_options import Client
from tests.runners.commands import after, at, coevol, ended, repeated, started, wait_until
from tests.runners.datasets import alpacas, evolved, plain, read_jsonl
from tests.support.replies import openai
from tests.support.rows import write_jsonl
from tests.support.server import Faults, ServerOptions, serve

CLIENTS = pytest.mark.parametrize(
    "client",
    [
        pytest.param(client, marks=pytest.mark.slow if client == "openai" else ())
        for client in get_args(Client)
    ],
)


@CLIENTS
@pytest.mark.parametrize(("how", "away"), [("cut off", 6.0), ("answers 503", 3.0)])
def test_an_endpoint_that_dies_and_comes_back(
    tmp_path: Path, how: str, away: float, client: str
) -> None:
    rows = alpacas(30)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with serve(ServerOptions(latency=0.05)) as server:
        command = ["evolve", data, "--out", run, "--json", "--client", client, *at(server)]
        with started(*command) as process:
            wait_until(lambda: server.answered > 100)
            if how == "cut off":
                server.stop()
            else:
                server.change(down=True)
            sleep(away)
            assert process.poll() is None
            server.change(down=False)
            if how == "cut off":
                server.start()
            result = ended(process)
        assert result.code == 0, result.err
        # The progress says what it waits for, and until when.
        assert re.search(r"(next try at|asks to wait until) \d\d:\d\d:\d\d", result.out)
        # Answers that were on their way when the connections were cut are paid for again.
        assert repeated(server) <= (32 if how == "cut off" else 0)
    assert read_jsonl(run / "evolved.jsonl") == evolved(rows)


@CLIENTS
@pytest.mark.parametrize("how", ["cut off", "answers 503", "answers 500"])
def test_an_endpoint_that_stays_away_ends_the_run_and_it_can_go_on(
    tmp_path: Path, how: str, client: str
) -> None:
    rows = plain(20)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    options = ["--concurrency", 4, "--give-up-after", 0.05, "--client", client]
    with serve(ServerOptions(latency=0.02)) as server:
        changes = {
            "cut off": server.stop,
            "answers 503": lambda: server.change(down=True),
            "answers 500": lambda: server.change(faults=Faults(error_500=1), faults_persist=True),
        }
        with after(server, 30, changes[how]):
            result = coevol("evolve", data, "--out", run, *options, *at(server))
        assert result.code == 4
        last = result.err.splitlines()[-1]
        assert "gave up" in last
        assert "can be resumed" in last
        assert (run / "failures.jsonl").read_bytes() == b""
        assert len(read_jsonl(run / "evolved.jsonl")) == len(rows)
        server.change(down=False, faults=Faults())
        if how == "cut off":
            server.start()
        assert coevol("resume", run).code == 0
        assert repeated(server) <= 4
    assert read_jsonl(run / "evolved.jsonl") == evolved(rows)


@CLIENTS
@pytest.mark.parametrize("status", [429, 529])
def test_a_row_that_is_always_refused_is_left_until_the_others_are_done(
    tmp_path: Path, client: str, status: int
) -> None:
    rows = plain(6)
    rows[2]["output"] += " unwelcome"
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    refusal = openai(status, "Too many tokens a minute.", "rate_limit_exceeded", word="unwelcome")
    with serve(ServerOptions(replies=(refusal,))) as server:
        options = ["--give-up-after", 0.1, "--client", client]
        result = coevol("evolve", data, "--out", run, *options, *at(server))
        assert result.code == 4, result.err
        last = result.err.splitlines()[-1]
        assert "Too many tokens a minute.; no answer for" in last
        assert "can be resumed" in last
        counts = json.loads((run / "summary.json").read_bytes())["rows"]
        assert (counts["finished"], counts["failed"], counts["left"]) == (5, 0, 1)
        server.change(replies=())
        assert coevol("resume", run).code == 0
        assert repeated(server) == 0
    assert read_jsonl(run / "evolved.jsonl") == evolved(rows)


@CLIENTS
def test_a_key_that_stops_working_ends_the_run_and_it_can_go_on(
    tmp_path: Path, client: str
) -> None:
    rows = plain(12)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with serve(ServerOptions(latency=0.02)) as server:
        with after(server, 30, lambda: server.change(api_key="another")):
            options = ["--concurrency", 2, "--client", client]
            result = coevol("evolve", data, "--out", run, *options, *at(server))
        assert result.code == 4
        last = result.err.splitlines()[-1]
        assert "Incorrect API key" in last
        assert "of 12 rows are done, and the run can be resumed" in last
        assert (run / "failures.jsonl").read_bytes() == b""
        server.change(api_key=None)
        assert coevol("resume", run).code == 0
        assert repeated(server) == 0
    assert read_jsonl(run / "evolved.jsonl") == evolved(rows)
