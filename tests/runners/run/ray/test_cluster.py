"""A run on a Ray cluster gives what a run in one process gives, whoever dies on the way."""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runners.commands import (
    assert_one_line,
    at,
    coevol,
    command,
    ended,
    repeated,
    started,
    wait_until,
)
from tests.runners.datasets import Fields, alpacas, evolved, plain, read_jsonl
from tests.runners.run.ray.processes import ACTOR, READER, kill_one, pids_of
from tests.runners.run.ray.runs import PATIENCE, assert_same, lost, on_its_own
from tests.runners.tracing.traced import environment, tracing
from tests.runners.watching.scraped import last_figures
from tests.support.conversations import conversations
from tests.support.otlp import serve_otlp
from tests.support.rows import write_jsonl
from tests.support.server import Server, ServerOptions, serve


def with_trouble() -> list[Fields]:
    """Rows of all kinds, some of them twice, and one that no endpoint answers."""
    rows = alpacas(60)
    poisoned = {"instruction": "Describe poison.", "input": "", "output": "poison"}
    return [*rows, *rows[:20], poisoned]


def test_a_cluster_gives_what_one_process_gives(tmp_path: Path, on_ray: list[str]) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", with_trouble())
    alone, spread = tmp_path / "alone", tmp_path / "spread"
    with serve(ServerOptions(poison="poison", poison_status=400)) as server:
        assert coevol("evolve", data, "--out", alone, *at(server)).code == 3
        calls = server.answered
        result = on_its_own("evolve", data, "--out", spread, *at(server), *on_ray)
        assert result.code == 3
        assert server.answered == 2 * calls
        assert coevol("resume", spread).code == 3
        assert server.answered == 2 * calls
    assert_same(spread, alone)
    told = [json.loads((run / "summary.json").read_text()) for run in (spread, alone)]
    for name in ("rows", "usage", "calls_by_role", "verdicts"):
        assert told[0][name] == told[1][name]


@pytest.mark.slow
def test_actors_have_guards_of_ones_own(
    tmp_path: Path, on_ray: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "def no(asked, input, before, edited):\n    return 'no' if '7' in edited else None\n"
    (tmp_path / "own_guards_of_ray.py").write_text(code, "utf-8")
    monkeypatch.chdir(tmp_path)
    data = write_jsonl(tmp_path / "data.jsonl", plain(20))
    with serve() as server:
        options = (*at(server), "--rounds", 1, "--guard", "own_guards_of_ray:no")
        assert on_its_own("evolve", data, "--out", "alone", *options).code == 0
        result = on_its_own("evolve", data, "--out", "spread", *options, *on_ray)
        assert result.code == 0, result.err
    told = [json.loads(Path(run, "summary.json").read_text()) for run in ("alone", "spread")]
    assert told[0]["guards"]["refused"] == told[1]["guards"]["refused"]
    assert told[0]["guards"]["refused"]["own_guards_of_ray:no"] > 0
    assert read_jsonl(Path("alone/evolved.jsonl")) == read_jsonl(Path("spread/evolved.jsonl"))


@pytest.mark.slow
def test_conversations_too(tmp_path: Path, on_ray: list[str]) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", [{**each} for each in conversations(6)])
    with serve() as server:
        for run, options in (("alone", []), ("spread", on_ray)):
            start = ["evolve", data, "--out", tmp_path / run, *at(server), *options]
            assert on_its_own(*start).code == 0
    assert_same(tmp_path / "spread", tmp_path / "alone")


def test_the_dead_cost_what_they_had_in_flight(tmp_path: Path, on_ray: list[str]) -> None:
    rows, concurrency = alpacas(60), 16
    data = write_jsonl(tmp_path / "data.jsonl", rows)
    alone, run = tmp_path / "alone", tmp_path / "run"
    with serve() as server:
        assert coevol("evolve", data, "--out", alone, *at(server)).code == 0
    with serve(ServerOptions(latency=0.03)) as server:
        start = ["evolve", data, "--out", run, *at(server), *on_ray, "--concurrency", concurrency]
        with started(*start) as process:
            for victim, moment in ((ACTOR, 100), (READER, 250), (ACTOR, 400)):
                wait_until(lambda moment=moment: server.distinct >= moment, PATIENCE)
                kill_one(victim)
            wait_until(lambda: server.distinct >= 550, PATIENCE)
            process.kill()
            process.wait()
        wait_until(lambda: not pids_of(ACTOR))  # a driver takes its actors along
        in_flight = 2 * concurrency // 2 + concurrency  # of two actors, each with half, and of all
        assert lost(server, run) <= in_flight
        result = on_its_own(*start)
        assert result.code == 0, result.err
        assert repeated(server) <= in_flight
    assert_same(run, alone)


def test_limits_are_those_of_all_actors_together(tmp_path: Path, on_ray: list[str]) -> None:
    rows = plain(48)  # more than one actor may hold
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with serve(ServerOptions(slots=0)) as server:  # nobody is answered before both are there
        start = ["evolve", data, "--out", run, *at(server), "--concurrency", 6]
        with started(*start, *on_ray, "--max-tokens-total", 30_000) as process:
            wait_until(lambda: server.peak_in_flight == 6, PATIENCE)
            server.change(slots=None, latency=0.02)
            result = ended(process, PATIENCE)
        assert result.code == 4
        assert "token limit of 30000 reached" in result.err.splitlines()[-1]
        stats = server.stats()
        assert 15_000 < stats["prompt_words"] + stats["answer_words"] <= 30_000
        assert server.peak_in_flight == 6
        assert len(read_jsonl(run / "evolved.jsonl")) == len(rows)
        assert coevol(*start).code == 0  # the other engine goes on
        assert repeated(server) == 0
    assert read_jsonl(run / "evolved.jsonl") == evolved(rows)


def test_ctrl_c_keeps_what_is_paid(tmp_path: Path, on_ray: list[str]) -> None:
    rows = alpacas(40)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with serve(ServerOptions(latency=0.02)) as server:
        start = ["evolve", data, "--out", run, *at(server), *on_ray, "--concurrency", 4]
        with started(*start) as process:
            wait_until(lambda: server.answered > 200, PATIENCE)
            process.send_signal(signal.SIGINT)
            result = ended(process, PATIENCE)
        assert result.code == 130
        assert "goes on where it stopped" in result.err.splitlines()[-1]
        assert [request.status for request in server.requests] == [200] * server.answered
        assert coevol("resume", run).code == 0
        assert repeated(server) == 0
    assert read_jsonl(run / "evolved.jsonl") == evolved(rows)


def test_every_row_is_traced_in_its_place(tmp_path: Path, on_ray: list[str]) -> None:
    rows = plain(20)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with tracing() as langsmith, serve() as server:
        result = on_its_own("evolve", data, "--out", run, *at(server), *on_ray)
        assert result.code == 0, result.err
        assert "warning" not in result.err
        roots = langsmith.traces.roots()
    ids = {record["position"]: record["id"] for record in read_jsonl(run / "evolutions.jsonl")}
    assert {root.metadata["position"]: root.metadata["sample_id"] for root in roots} == ids
    assert {root.metadata["run_folder"] for root in roots} == {str(run)}


def test_spans_of_all_actors_reach_the_collector(tmp_path: Path, on_ray: list[str]) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(20)), tmp_path / "run"
    with serve_otlp() as collector, serve() as server:
        with environment({"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint}):
            result = on_its_own("evolve", data, "--out", run, *at(server), *on_ray)
        assert (result.code, "warning" in result.err) == (0, False), result.err
        rows = [each["attributes"] for each in collector.spans() if "parentSpanId" not in each]
    ids = {record["position"]: record["id"] for record in read_jsonl(run / "evolutions.jsonl")}
    assert {row["coevol.position"]: row["coevol.sample_id"] for row in rows} == ids


@pytest.mark.slow
def test_metrics_are_those_of_all_actors(tmp_path: Path, on_ray: list[str]) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(20)), tmp_path / "run"
    with serve() as server:
        options = ("--out", run, *at(server), *on_ray)
        code, found = last_figures(tmp_path, "evolve", data, *options, patience=PATIENCE)
        assert code == 0
        assert sum(found["coevol_calls_total"].values()) == server.answered
    assert sum(found["coevol_call_seconds_count"].values()) == server.answered
    assert "coevol_first_byte_seconds_count" not in found  # what only actors see stays there


@pytest.mark.slow
def test_a_cluster_of_its_own_from_python(tmp_path: Path) -> None:
    rows = alpacas(20)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with serve(ServerOptions(latency=0.02)) as server:
        options = {
            "out": str(run),
            "model": "openai:test-model",
            "base_url": server.base_url,
            "engine": "ray",
            "actors": 1,
            "concurrency_per_actor": 3,
        }
        script = f"from runners import evolve; print(evolve({str(data)!r}, **{options}).counts)"
        python = [sys.executable, "-c", script]
        done = subprocess.run(python, capture_output=True, text=True, timeout=PATIENCE)
        assert (done.returncode, done.stderr) == (0, "")
        assert server.peak_in_flight == 3
    assert "rows=20" in done.stdout
    assert read_jsonl(run / "evolved.jsonl") == evolved(rows)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not installed")
def test_a_cluster_of_its_own_under_uv_run(tmp_path: Path) -> None:
    """Ray would give actors an environment of uv's making, which has neither Ray nor coevol."""
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(4)), tmp_path / "run"
    with serve() as server:
        start = command("evolve", data, "--out", run, *at(server), "--engine", "ray", "--quiet")
        under_uv = ["uv", "run", "--no-project", *start, "--actors", "1"]
        done = subprocess.run(
            under_uv, capture_output=True, text=True, timeout=PATIENCE, cwd=tmp_path
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert read_jsonl(run / "evolved.jsonl") == evolved(plain(4))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--ray-address", "auto"], ["--ray-address", "--engine ray"]),
        (["--actors", "3"], ["--actors", "--engine ray"]),
        (["--concurrency-per-actor", "8"], ["--concurrency-per-actor", "--engine ray"]),
        (["--engine", "ray", "--ray-address", "ray://localhost:1"], ["--ray-address auto"]),
        (["--engine", "ray", "--ray-address", "127.0.0.1:1"], ["127.0.0.1:1", "no Ray cluster"]),
    ],
)
def test_a_cluster_that_is_none(
    tmp_path: Path, server: Server, options: list[str], words: list[str]
) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(2)), tmp_path / "run"
    result = on_its_own("evolve", data, "--out", run, *at(server), "--quiet", *options)
    assert result.code == 2
    assert_one_line(result.err, *words)
    assert server.requests == []


def test_a_key_that_is_refused_ends_the_run(tmp_path: Path, on_ray: list[str]) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(20)), tmp_path / "run"
    with serve() as server:
        start = ["evolve", data, "--out", run, *at(server), *on_ray, "--quiet"]
        with started(*start) as process:
            wait_until(lambda: pids_of(ACTOR), PATIENCE)  # the preflight is over
            server.change(api_key="another")
            result = ended(process, PATIENCE)
    assert result.code == 2
    assert_one_line(result.err, "openai:test-model", "Incorrect API key")
    assert not run.exists()  # nothing was answered
