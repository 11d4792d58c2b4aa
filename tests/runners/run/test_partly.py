"""A row that fails late: what was accepted goes out, and the next start goes on from there."""

import json
from pathlib import Path
from typing import Any

from tests.runners.commands import at, coevol, repeated
from tests.runners.datasets import evolved, expected, plain, read_jsonl
from tests.support.replies import openai
from tests.support.rows import write_jsonl
from tests.support.server import ServerOptions, serve


def test_a_row_that_fails_in_its_second_round_keeps_the_first(tmp_path: Path) -> None:
    rows = plain(8)
    ways = expected(rows)
    number = next(n for n, way in enumerate(ways) if len(way.rounds) > 1)
    first = evolved(rows, max_rounds=1)[number]["output"]
    mark = next(word for word in first.split() if word not in rows[number]["output"].split())
    data, run = write_jsonl(tmp_path / "data.jsonl", [rows[number]]), tmp_path / "run"
    start = ["evolve", data, "--out", run]
    with serve() as server:
        # The first round's edit is in every prompt of the second, and in the judges' of the first.
        task = "positive_predetermined"
        server.change(replies=(openai(400, "Not this.", word=mark, task=task),))
        result = coevol(*start, *at(server))
        assert result.code == 3, result.err
        (record,) = read_jsonl(run / "evolutions.jsonl")
        assert [each["outcome"] for each in record["rounds"]] == ["improved"]
        assert record["failure"]["stage"] == task
        assert record["response"] == first
        assert record["usage"]["calls"] == 8
        assert [each["output"] for each in read_jsonl(run / "evolved.jsonl")] == [first]
        summary: dict[str, Any] = json.loads((run / "summary.json").read_bytes())
        assert summary["rows"]["failed"] == summary["rows"]["improved"] == 1
        assert summary["stop_reasons"] == {"failed": 1}
        server.change(replies=())
        assert coevol(*start, *at(server), "--retry-failed").code == 0
        assert repeated(server) == 0
    assert read_jsonl(run / "evolved.jsonl") == [evolved(rows)[number]]


def test_a_conversation_that_fails_late_keeps_its_evolved_turns(tmp_path: Path) -> None:
    messages: list[dict[str, str]] = []
    for number in range(4):
        messages += [
            {"role": "user", "content": f"Tell me of topic {number}, question{number}?"},
            {"role": "assistant", "content": f"It is topic {number}"},
        ]
    data, run = write_jsonl(tmp_path / "data.jsonl", [{"messages": messages}]), tmp_path / "run"
    start = ["evolve", data, "--out", run]
    with serve(ServerOptions()) as server:
        assert coevol("evolve", data, "--out", tmp_path / "whole", *at(server)).code == 0
        server.change(replies=(openai(400, "Not this.", word="question3?"),))
        assert coevol(*start, *at(server)).code == 3
        (failed,) = read_jsonl(run / "evolutions.jsonl")
        (whole,) = read_jsonl(tmp_path / "whole" / "evolutions.jsonl")
        assert failed["failure"]["message"] == "Not this."
        assert failed["turns"] == whole["turns"][:3]
        (out,) = read_jsonl(run / "evolved.jsonl")
        (whole_out,) = read_jsonl(tmp_path / "whole" / "evolved.jsonl")
        assert out["messages"][:6] == whole_out["messages"][:6]
        assert out["messages"][6:] == messages[6:]
        server.change(replies=())
        before = len(server.requests)
        assert coevol(*start, *at(server), "--retry-failed").code == 0
        asked = [str(request.messages) for request in server.requests[before:]]
        assert asked
        assert all("question3?" in text for text in asked)
    assert (run / "evolved.jsonl").read_bytes() == (
        tmp_path / "whole" / "evolved.jsonl"
    ).read_bytes()
