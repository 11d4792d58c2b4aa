"""LangSmith away, slow or refusing: the run comes out as ever, with one line about it."""

import json
from pathlib import Path

import pytest

from runners.tracing import tracing as module
from runners.tracing.outbox import Outbox
from runners.tracing.wire import ClientSession
from tests.runners.commands import Result, after, at, coevol, ended, started
from tests.runners.datasets import evolved, plain, read_jsonl
from tests.runners.tracing.traced import MODEL, tracing, warnings_in
from tests.support.langsmith_server import Fault
from tests.support.rows import write_jsonl
from tests.support.server import ServerOptions, serve

ROWS = plain(8)
WORDS = {
    "refused": "no connection",
    "500": "HTTP 500",
    "429": "HTTP 429",
    "403": "HTTP 403",
    "hangs": "no answer",
}


def check(run: Path, result: Result, words: str) -> None:
    """The run came out as ever, with one line of warning that says these words."""
    assert (result.code, result.out) == (0, "")
    (line,) = warnings_in(result.err)
    assert line.startswith("warning: traces of 8 of 8 rows are missing or not whole in LangSmith")
    assert words in line
    said = [line for line in result.err.splitlines() if not line.startswith("guards ")]
    assert len(said) == 7  # what a run says anyhow, and the line
    assert read_jsonl(run / "evolved.jsonl") == evolved(ROWS)
    assert (run / "run.log").read_text().count("\n") == 1
    assert json.loads((run / "summary.json").read_text())["rows"]["finished"] == 8


@pytest.mark.parametrize("fault", ["refused", "500", "429", "403"])
def test_an_endpoint_out_of_order_harms_no_run(tmp_path: Path, fault: Fault) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", ROWS), tmp_path / "run"
    with tracing(fault=fault), serve() as server:
        check(run, coevol("evolve", data, "--out", run, *at(server)), WORDS[fault])


def test_a_process_leaves_an_endpoint_that_does_not_answer(tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", ROWS), tmp_path / "run"
    with (
        tracing(fault="hangs"),
        serve() as server,
        started("evolve", data, "--out", run, *at(server)) as process,
    ):
        check(run, ended(process), WORDS["hangs"])


def test_traces_wait_for_an_endpoint_that_comes_back(tmp_path: Path) -> None:
    rows = plain(8)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with tracing() as langsmith, serve(ServerOptions(latency=0.02)) as server:
        langsmith.fault = "500"
        with after(server, 30, lambda: setattr(langsmith, "fault", None)):
            result = coevol("evolve", data, "--out", run, "--concurrency", 8, *at(server))
        assert (result.code, warnings_in(result.err)) == (0, [])
        roots = langsmith.traces.roots()
        assert len(roots) == 8
        calls = sum(each["usage"]["calls"] for each in read_jsonl(run / "evolutions.jsonl"))
        assert sum(len(root.find(MODEL)) for root in roots) == calls
        judged = {"order_agreement", "verdicts_read", "flip_share", "tie_share"}
        for root in roots:
            scores = {*langsmith.traces.scores(root)}
            assert scores >= {"accepted_rounds", "length_ratio"}
            told = scores - {"accepted_rounds", "length_ratio", "first_place_share"}
            assert told in (set(), judged)


def test_what_an_endpoint_does_not_take_in_the_end_is_counted(tmp_path: Path) -> None:
    rows = plain(10)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with tracing() as langsmith, serve(ServerOptions(latency=0.02)) as server:
        with after(server, 110, lambda: setattr(langsmith, "fault", "403")):
            result = coevol("evolve", data, "--out", run, "--concurrency", 4, *at(server))
        (line,) = warnings_in(result.err)
        ends = [root for root in langsmith.traces.roots() if root.operations == ["post", "patch"]]
    lost = int(line.split("traces of ")[1].split()[0])
    assert f"traces of {lost} of 10 rows" in line
    assert 10 - len(ends) <= lost < 10
    assert read_jsonl(run / "evolved.jsonl") == evolved(rows)


def test_what_waits_has_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outboxes: list[Outbox] = []

    def small(session: ClientSession) -> Outbox:
        outboxes.append(Outbox(session, room=10_000))
        return outboxes[-1]

    monkeypatch.setattr(module, "Outbox", small)
    rows = plain(12)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with tracing() as langsmith, serve(ServerOptions(latency=0.01)) as server:
        langsmith.fault = "429"
        result = coevol("evolve", data, "--out", run, "--concurrency", 4, *at(server))
        (line,) = warnings_in(result.err)
    assert "traces of 12 of 12 rows" in line
    (outbox,) = outboxes
    assert 0 < outbox.held <= 2 * 10_000
    assert read_jsonl(run / "evolved.jsonl") == evolved(rows)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"LANGSMITH_API_KEY": "", "LANGSMITH_ENDPOINT": ""}, "LANGSMITH_API_KEY is not set"),
        (
            {"LANGSMITH_TRACING_SAMPLING_RATE": "often"},
            "LANGSMITH_TRACING_SAMPLING_RATE is no number",
        ),
        ({"LANGSMITH_RUNS_ENDPOINTS": "{}"}, "LANGSMITH_RUNS_ENDPOINTS"),
    ],
)
def test_a_run_that_cannot_be_traced_goes_on(
    tmp_path: Path, variables: dict[str, str], words: str
) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", ROWS), tmp_path / "run"
    with tracing(variables) as langsmith, serve() as server:
        result = coevol("evolve", data, "--out", run, *at(server))
        assert langsmith.calls == []
    (line,) = warnings_in(result.err)
    assert line.startswith("warning: LANGSMITH_TRACING is on, but this run is not traced: ")
    assert words in line
    assert read_jsonl(run / "evolved.jsonl") == evolved(ROWS)


def test_the_warning_where_nothing_is_said_and_where_programs_listen(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(1))
    with tracing() as langsmith, serve() as server:
        langsmith.fault = "403"
        quiet = coevol("evolve", data, "--out", tmp_path / "a", "--quiet", *at(server))
        told = coevol("evolve", data, "--out", tmp_path / "b", "--json", *at(server))
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
    assert "traces of 1 of 1 rows" in (tmp_path / "a" / "run.log").read_text()
    events = [json.loads(line) for line in told.out.splitlines()]
    (warning,) = [event for event in events if event["event"] == "warning"]
    assert "traces of 1 of 1 rows" in warning["message"]
    assert told.err == ""
