"""An endpoint that throttles, breaks, hangs and lies: every row comes out, and none comes out bad.

What is transient leaves no trace in the results. What is not costs the one row that it befalls.
All of it goes for both clients: coevol's own, and LangChain's over the SDK.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.runners.calls.evolving import Evolve
from tests.runners.commands import repeated
from tests.runners.datasets import alpacas, evolved, plain, read_jsonl
from tests.support.server import Faults, Server, ServerOptions, serve

ROWS = alpacas(100)
TRANSIENT = Faults(too_many=0.1, error_500=0.05, reset=0.05, html=0.02, empty=0.02, hang=0.02)
KINDS = {"too_many", "error_500", "reset", "html", "empty", "hang"}
PATIENT = ["--concurrency", 64, "--timeout", 4]


def test_transient_faults_leave_no_trace(tmp_path: Path, evolve: Evolve) -> None:
    with serve(ServerOptions(faults=TRANSIENT, retry_after=0.05)) as server:
        result = evolve(tmp_path, server, ROWS, *PATIENT)
        assert result.code == 0, result.err
        assert server.stats()["faults"].keys() == KINDS
        assert repeated(server) == 0
    assert read_jsonl(tmp_path / "run" / "evolved.jsonl") == evolved(ROWS)


def test_who_hangs_up_within_an_answer_is_asked_again(tmp_path: Path, evolve: Evolve) -> None:
    """Its bytes end too early: that is the connection's fault, never the row's."""
    rows = ROWS[:20]
    with serve(ServerOptions(faults=Faults(cut=0.2))) as server:
        result = evolve(tmp_path, server, rows)
        assert result.code == 0, result.err
        assert server.stats()["faults"]["cut"] > 20
    assert read_jsonl(tmp_path / "run" / "evolved.jsonl") == evolved(rows)


def test_truncated_answers_never_come_out(tmp_path: Path, evolve: Evolve) -> None:
    rows, faults = ROWS[:30], replace(TRANSIENT, length=0.02)
    with serve(ServerOptions(faults=faults, retry_after=0.05)) as server:
        result = evolve(tmp_path, server, rows, *PATIENT)
        assert result.code == 0, result.err
        assert server.stats()["faults"]["length"] > 0
    records = read_jsonl(tmp_path / "run" / "evolutions.jsonl")
    assert len(records) == len(rows)
    for fields, record in zip(read_jsonl(tmp_path / "run" / "evolved.jsonl"), records, strict=True):
        won = [each["edit"] for each in record["rounds"] if each["outcome"] == "improved"]
        assert all(edit["finish_reason"] == "stop" and edit["response"].strip() for edit in won)
        last = won[-1]["response"] if won else record["original_response"]
        assert fields["output"] == record["response"] == last


def test_a_context_that_is_too_long_costs_its_row_alone(tmp_path: Path, evolve: Evolve) -> None:
    rows = plain(5)
    rows[2]["output"] = "long " * 3000
    with serve(ServerOptions(max_prompt_words=2500)) as server:
        result = evolve(tmp_path, server, rows)
        assert result.code == 3
        assert len([r for r in server.requests if r.status == 400]) == 2  # each debater, once
        (failure,) = read_jsonl(tmp_path / "run" / "failures.jsonl")
        assert failure["position"] == 2
        assert failure["stage"] in ("positive_predetermined", "critical_predetermined")
        assert failure["error"] == "BadRequestError"
        assert "maximum context length is 2500 tokens" in failure["message"]
        assert "resulted in 3" in failure["message"]
        assert failure["attempts"] == 1
        expected_rows = [rows[2] if i == 2 else row for i, row in enumerate(evolved(rows))]
        assert read_jsonl(tmp_path / "run" / "evolved.jsonl") == expected_rows
        check_retry(evolve, tmp_path, server, rows)


def check_retry(evolve: Evolve, folder: Path, server: Server, rows: list[dict[str, Any]]) -> None:
    """Failed rows are left alone until they are asked for; then no other is sent."""
    before = len(server.requests)
    result = evolve(folder, server, rows)
    assert (result.code, len(server.requests)) == (3, before)
    server.change(max_prompt_words=None)
    result = evolve(folder, server, rows, "--retry-failed")
    assert result.code == 0, result.err
    asked = [str(request.messages) for request in server.requests[before:]]
    assert len(asked) == 6  # all up to the editor: so long an edit is cut off, and not judged
    assert all("Describe row 2." in text for text in asked)
    assert read_jsonl(folder / "run" / "evolved.jsonl") == evolved(rows)
    assert (folder / "run" / "failures.jsonl").read_bytes() == b""


def test_calls_that_always_fail_cost_their_rows_and_no_others(
    tmp_path: Path, evolve: Evolve
) -> None:
    rows = plain(40)
    options = ServerOptions(faults=Faults(error_500=0.01, seed=1), faults_persist=True)
    with serve(options) as server:
        result = evolve(tmp_path, server, rows, "--attempts", 3)
    assert result.code == 3
    failures = read_jsonl(tmp_path / "run" / "failures.jsonl")
    assert 0 < len(failures) < 20
    for failure in failures:
        assert (failure["error"], failure["attempts"]) == ("InternalServerError", 3)
    failed = {failure["position"] for failure in failures}
    records = read_jsonl(tmp_path / "run" / "evolutions.jsonl")
    assert read_jsonl(tmp_path / "run" / "evolved.jsonl") == [
        {**after, "output": records[position]["response"]} if position in failed else after
        for position, after in enumerate(evolved(rows))
    ]


def test_when_only_failing_rows_are_left_they_fail_rather_than_wait(
    tmp_path: Path, evolve: Evolve
) -> None:
    rows = [{**row, "output": f"{row['output']} poison"} for row in plain(4)]
    with serve(ServerOptions(poison="poison")) as server:
        result = evolve(tmp_path, server, rows, "--attempts", 3, "--concurrency", 8)
    assert result.code == 3, result.err
    assert len(read_jsonl(tmp_path / "run" / "failures.jsonl")) == 4
    assert read_jsonl(tmp_path / "run" / "evolved.jsonl") == rows


@pytest.mark.parametrize("most", ["2", "10%"])
def test_too_many_failures_stop_the_run_and_it_goes_on(
    tmp_path: Path, evolve: Evolve, most: str
) -> None:
    rows = plain(30)
    for row in rows[::3]:
        row["output"] = "long " * 3000
    with serve(ServerOptions(max_prompt_words=2500)) as server:
        result = evolve(tmp_path, server, rows, "--max-failures", most, "--concurrency", 2)
        assert result.code == 4
        assert "--max-failures" in result.err.splitlines()[-1]
        failures = len(read_jsonl(tmp_path / "run" / "failures.jsonl"))
        assert 3 <= failures < 10
        assert len(read_jsonl(tmp_path / "run" / "evolved.jsonl")) == 30
        assert evolve(tmp_path, server, rows).code == 3
        assert len(read_jsonl(tmp_path / "run" / "failures.jsonl")) == 10
        assert repeated(server) == 0
