"""`coevol evolve` from file to file, against Algorithm 1 written plainly."""

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import pytest

from tests.runners.commands import at, coevol
from tests.runners.datasets import Fields, alpacas, evolved, expected, plain, read_jsonl, write_json
from tests.support.reference import ReferenceResult
from tests.support.rows import write_jsonl
from tests.support.server import ServerOptions, serve

ROWS = alpacas(60)


def items(data: list[Fields]) -> list[list[tuple[str, Any]]]:
    """Rows with the order of their keys."""
    return [list(fields.items()) for fields in data]


@pytest.mark.parametrize(
    ("write", "rounds", "role", "concurrency"),
    [
        (write_json, 3, "native", 1),
        (write_jsonl, 1, "merge", 1),
        (write_jsonl, 1, "native", 64),
        (write_json, 3, "merge", 64),
    ],
)
def test_every_row_comes_out_as_algorithm_1_has_it(
    tmp_path: Path,
    write: Any,
    rounds: int,
    role: Literal["native", "merge"],
    concurrency: int,
) -> None:
    data, run = write(tmp_path / "data", ROWS), tmp_path / "run"
    with serve(ServerOptions(system_role=role == "native")) as server:
        settings = ["--rounds", rounds, "--system-role", role, "--concurrency", concurrency]
        result = coevol("evolve", data, "--out", run, *at(server), *settings)
        assert result.code == 0, result.err
        assert server.peak_in_flight <= concurrency
    assert items(read_jsonl(run / "evolved.jsonl")) == items(evolved(ROWS, rounds, role))
    check_records(run, ROWS, expected(ROWS, rounds, role))
    assert (run / "failures.jsonl").read_bytes() == b""


def check_records(run: Path, data: list[Fields], oracle: list[ReferenceResult]) -> None:
    records = read_jsonl(run / "evolutions.jsonl")
    for position, (record, fields, right) in enumerate(zip(records, data, oracle, strict=True)):
        assert record["position"] == position
        assert record["instruction"] == fields["instruction"]
        assert record["input"] == (fields.get("input") or "")
        assert record["original_response"] == fields["output"]
        assert record["response"] == right.response
        assert record["stop_reason"] == right.stop_reason
        outcomes = [(played["outcome"], played["edit"]["response"]) for played in record["rounds"]]
        assert outcomes == [(played.outcome, played.edited) for played in right.rounds]
        check_rounds(record["rounds"], fields["output"])


def check_rounds(rounds: list[dict[str, Any]], original: str) -> None:
    assert rounds[0]["response"] == original
    for one, next_ in pairwise(rounds):
        assert next_["response"] == one["edit"]["response"]
    for played in rounds:
        judged = played["outcome"] in ("improved", "not_improved")
        assert len(played["speeches"]) == 4
        assert len(played["judgements"]) == (2 if judged else 0)
        answers = [*played["speeches"].values(), played["suggestions"]]
        assert all(answer["text"] and answer["output_tokens"] for answer in answers)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished run of ROWS, its data and the server's counts."""
    folder = tmp_path_factory.mktemp("finished")
    data = write_json(folder / "data.json", ROWS)
    with serve() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", "some-key")
        assert coevol("evolve", data, "--out", folder / "run", *at(server)).code == 0
        (folder / "stats.json").write_text(json.dumps(server.stats() | {"url": server.base_url}))
    return folder


def test_the_summary_counts_what_happened(finished: Path) -> None:
    oracle = expected(ROWS)
    rounds = [played for result in oracle for played in result.rounds]
    pairs = Counter((p.original_first, p.edited_first) for p in rounds if p.original_first)
    flips = pairs["original", "edited"] + pairs["edited", "original"]
    accepted = Counter(sum(p.advanced for p in result.rounds) for result in oracle)
    summary = json.loads((finished / "run" / "summary.json").read_text())
    improved = len(ROWS) - accepted[0]
    assert summary["rows"] == {
        "rows": 60, "finished": 60, "improved": improved, "failed": 0, "left": 0
    }  # fmt: skip
    assert summary["rounds"]["run"] == len(rounds)
    assert summary["rounds"]["rows_by_accepted"] == {str(k): accepted[k] for k in sorted(accepted)}
    assert summary["stop_reasons"] == Counter(result.stop_reason for result in oracle)
    table = {(v["original_first"], v["edited_first"]): v["rounds"] for v in summary["verdicts"]}
    assert table == pairs
    assert summary["flip_share"] == pytest.approx(flips / pairs.total())
    assert summary["mean_response_characters"]["after"] == pytest.approx(
        sum(len(result.response) for result in oracle) / 60
    )


def test_the_summary_counts_what_the_server_counted(finished: Path) -> None:
    summary = json.loads((finished / "run" / "summary.json").read_text())
    stats = json.loads((finished / "stats.json").read_text())
    calls = summary["calls"]
    assert calls["answered"] == stats["answered"]
    assert calls["input_tokens"] == stats["prompt_words"]
    assert calls["output_tokens"] == stats["answer_words"]
    assert calls["cost_usd"] is None  # nobody knows what a loopback model costs
    roles = summary["calls_by_role"]
    assert {each["role"] for each in roles} == {
        "positive", "critical", "advisor", "editor", "judge"
    }  # fmt: skip
    assert sum(each["answered"] for each in roles) == stats["answered"]


@pytest.mark.parametrize("command", ["evolve", "resume"])
def test_a_finished_run_does_nothing_and_says_so(finished: Path, command: str) -> None:
    run = finished / "run"
    before = [(run / name).read_bytes() for name in ("evolved.jsonl", "evolutions.jsonl")]
    address = json.loads((finished / "stats.json").read_text())["url"]  # nobody listens there now
    options = ["--model", "openai:test-model", "--base-url", address]
    if command == "evolve":
        result = coevol("evolve", finished / "data.json", "--out", run, *options)
    else:
        result = coevol("resume", run)
    assert result.code == 0
    assert "nothing to do" in result.err
    assert [(run / name).read_bytes() for name in ("evolved.jsonl", "evolutions.jsonl")] == before


def test_duplicate_rows_have_ids_of_their_own_and_share_their_calls(tmp_path: Path) -> None:
    one, other = plain(2)
    data = write_json(tmp_path / "data.json", [one, other, one, one])
    with serve(ServerOptions(latency=0.01)) as server:
        result = coevol("evolve", data, "--out", tmp_path / "run", *at(server))
        assert result.code == 0, result.err
        assert server.answered == server.distinct
    records = read_jsonl(tmp_path / "run" / "evolutions.jsonl")
    id_ = records[0]["id"]
    assert [record["id"] for record in records[2:]] == [f"{id_}-2", f"{id_}-3"]
    assert records[0]["rounds"] == records[2]["rounds"] == records[3]["rounds"]
    assert len(read_jsonl(tmp_path / "run" / "evolved.jsonl")) == 4


@pytest.mark.parametrize(("client", "agent"), [("aiohttp", "aiohttp"), ("openai", "OpenAI")])
def test_the_client_that_is_asked_for_calls(tmp_path: Path, client: str, agent: str) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(2))
    with serve() as server:
        start = ["evolve", data, "--out", tmp_path / "run", *at(server), "--client", client]
        assert coevol(*start).code == 0
        assert server.requests
        assert all(agent in (request.user_agent or "") for request in server.requests)
    assert read_jsonl(tmp_path / "run" / "evolved.jsonl") == evolved(plain(2))


def test_some_rows_only(tmp_path: Path) -> None:
    rows = plain(8)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with serve() as server:
        options = ["--offset", 2, "--limit", 3, *at(server)]
        assert coevol("evolve", data, "--out", run, *options).code == 0
        assert read_jsonl(run / "evolved.jsonl") == evolved(rows)[2:5]
        id_ = read_jsonl(run / "evolutions.jsonl")[1]["id"]
        other = tmp_path / "other"
        assert coevol("evolve", data, "--out", other, "--where-id", id_, *at(server)).code == 0
    assert read_jsonl(other / "evolved.jsonl") == evolved(rows)[3:4]


def test_slices_of_one_file_go_through_one_run(tmp_path: Path) -> None:
    rows = plain(6)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with serve() as server:
        for selection in (["--limit", 3], ["--offset", 3], []):
            result = coevol("evolve", data, "--out", run, *selection, *at(server))
            assert result.code == 0, result.err
        assert "nothing to do" in result.err
    assert read_jsonl(run / "evolved.jsonl") == evolved(rows)


def test_a_narrower_start_says_which_rows_are_left_out_before_it_writes(tmp_path: Path) -> None:
    rows = plain(8)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with serve() as server:
        start = ("evolve", data, "--out", run, *at(server))
        whole = coevol(*start)
        assert "not selected" not in whole.err
        before, answered = (run / "evolved.jsonl").read_bytes(), server.answered
        narrow = coevol(*start, "--limit", 5)
        told = f"{run / 'evolved.jsonl'} will hold 5 rows; 3 others are done in this run"
        assert 0 <= narrow.err.index(told) < narrow.err.index("nothing to do")
        assert len(read_jsonl(run / "evolved.jsonl")) == 5
        assert "not selected" not in coevol(*start).err
        assert server.answered == answered
    assert (run / "evolved.jsonl").read_bytes() == before


def test_json_events_for_other_programs(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(3))
    with serve() as server:
        result = coevol("evolve", data, "--out", tmp_path / "run", "--json", *at(server))
    events = [json.loads(line) for line in result.out.splitlines()]
    assert result.err == ""
    assert sorted(event["event"] for event in events if event["event"] != "progress") == [
        "end", "row", "row", "row"
    ]  # fmt: skip
    assert events[-1]["summary"]["rows"]["finished"] == 3
