"""Rows with the task of an earlier row: evolved once, and all of them get what came of it."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.runners.commands import at, coevol, ended, repeated, started, wait_until
from tests.runners.datasets import alpacas, plain, read_jsonl, write_json
from tests.support.replies import openai
from tests.support.rows import write_jsonl
from tests.support.server import ServerOptions, serve

COPIES = 3


def repeated_rows(count: int) -> list[dict[str, Any]]:
    """Each row several times, told apart by a field that no agent sees."""
    return [{**row, "source": f"part {n}"} for n in range(COPIES) for row in plain(count)]


def outcomes(run: Path) -> list[dict[str, Any]]:
    """The records without what is a row's own."""
    own = ("position", "id", "same_as")
    records = read_jsonl(run / "evolutions.jsonl")
    return [{name: each[name] for name in each if name not in own} for each in records]


def check(run: Path, count: int) -> None:
    """Each repeat has the record of its first row, under its own id, and in its own place."""
    records = read_jsonl(run / "evolutions.jsonl")
    ids = [each["id"] for each in records]
    assert len(set(ids)) == COPIES * count
    assert [each.get("same_as") for each in records] == [None] * count + ids[:count] * (COPIES - 1)
    assert outcomes(run) == outcomes(run)[:count] * COPIES
    evolved = read_jsonl(run / "evolved.jsonl")
    assert [row["source"] for row in evolved] == [row["source"] for row in repeated_rows(count)]
    assert [row["output"] for row in evolved] == [row["output"] for row in evolved][:count] * COPIES


def test_rows_with_one_task_are_evolved_once_and_counted(tmp_path: Path) -> None:
    data, run = write_json(tmp_path / "data.json", repeated_rows(6)), tmp_path / "run"
    alone = write_json(tmp_path / "alone.json", plain(6))
    with serve() as server:
        assert coevol("evolve", alone, "--out", tmp_path / "alone", *at(server)).code == 0
        needed = server.answered
        result = coevol("evolve", data, "--out", run, *at(server), "--temperature", 0.7)
        assert result.code == 0, result.err
        assert server.answered == 2 * needed
    check(run, 6)
    assert "18 rows: 18 finished" in result.err
    assert "evolved once: 12 rows with the task of an earlier row, as that one" in result.err
    assert json.loads((run / "summary.json").read_text())["repeats"] == 12
    assert "12 have the task of an earlier row" in coevol("status", run).out


def test_answers_that_are_cut_off_are_paid_for_once(tmp_path: Path) -> None:
    data, run = write_json(tmp_path / "data.json", repeated_rows(5)), tmp_path / "run"
    with serve(ServerOptions(latency=0.01)) as server:
        result = coevol("evolve", data, "--out", run, *at(server), "--max-tokens", 12)
        assert result.code == 0, result.err
        assert server.answered == server.distinct
    check(run, 5)


def test_conversations_that_are_equal_to_agents_are_evolved_once(tmp_path: Path) -> None:
    talk = [{"role": "user", "content": "What is mist?"}, {"role": "assistant", "content": "fog"}]
    rows = [{"messages": talk, "n": n} for n in range(3)]
    other = {"messages": [{"role": "system", "content": "Be brief."}, *talk], "n": 3}
    data, run = write_jsonl(tmp_path / "data.jsonl", [*rows, other]), tmp_path / "run"
    with serve() as server:
        assert coevol("evolve", data, "--out", run, *at(server)).code == 0
    first, *repeats, last = read_jsonl(run / "evolutions.jsonl")
    assert [each["same_as"] for each in repeats] == [first["id"]] * 2
    assert "same_as" not in first
    assert "same_as" not in last
    evolved = read_jsonl(run / "evolved.jsonl")
    assert [each["messages"] for each in evolved[:3]] == [evolved[0]["messages"]] * 3


def test_what_fails_for_one_fails_for_all_and_is_tried_again_once(tmp_path: Path) -> None:
    rows = repeated_rows(2)
    rows[0]["instruction"] = rows[2]["instruction"] = rows[4]["instruction"] = "Say the poison."
    data, run = write_json(tmp_path / "data.json", rows), tmp_path / "run"
    with serve(ServerOptions(replies=(openai(400, "No.", word="poison."),))) as server:
        start = ["evolve", data, "--out", run, *at(server)]
        result = coevol(*start)
        assert result.code == 3
        assert "6 rows: 3 finished" in result.err
        assert len(read_jsonl(run / "failures.jsonl")) == 3
        server.change(replies=())
        assert coevol(*start, "--retry-failed").code == 0
        assert server.answered == server.distinct
    check(run, 2)


def test_a_row_that_was_chosen_later_changes_nothing(tmp_path: Path) -> None:
    data, run = write_json(tmp_path / "data.json", repeated_rows(4)), tmp_path / "run"
    with serve() as server:
        start = ["evolve", data, "--out", run, *at(server)]
        assert coevol(*start, "--offset", 4, "--limit", 4).code == 0
        assert coevol(*start).code == 0
        assert repeated(server) == 0
    assert outcomes(run) == outcomes(run)[:4] * COPIES


def test_a_run_that_is_killed_pays_once_and_its_repeats_follow(tmp_path: Path) -> None:
    rows = [{**row, "n": n} for n in range(COPIES) for row in alpacas(20)]
    data, whole, run = write_json(tmp_path / "data.json", rows), tmp_path / "w", tmp_path / "run"
    with serve() as server:
        assert coevol("evolve", data, "--out", whole, *at(server)).code == 0
        calls = server.distinct
    with serve(ServerOptions(latency=0.02)) as server:
        start = ["evolve", data, "--out", run, *at(server), "--concurrency", 8]
        for moment in (calls // 4, calls // 2, calls * 3 // 4):
            with started(*start) as process:
                wait_until(lambda moment=moment: server.distinct >= moment)
                process.send_signal(signal.SIGKILL)
                ended(process)
        assert coevol(*start).code == 0
        assert server.distinct == calls
        assert server.answered - server.distinct <= 3 * 8
    for name in ("evolved.jsonl", "evolutions.jsonl"):
        assert (run / name).read_bytes() == (whole / name).read_bytes()


@pytest.mark.parametrize("large", [0, 1 << 30], ids=["as they come in", "all at first"])
def test_repeats_that_come_in_while_the_run_is_at_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    monkeypatch.setattr("runners.folder.intake.LARGE", large)
    monkeypatch.setattr("runners.folder.intake.FIRST", 5)
    monkeypatch.setattr("runners.folder.intake._PIECE", 3)
    data, run = write_jsonl(tmp_path / "data.jsonl", repeated_rows(7)), tmp_path / "run"
    with serve() as server:
        result = coevol("evolve", data, "--out", run, *at(server))
        assert result.code == 0, result.err
        assert repeated(server) == 0
    assert "21 rows: 21 finished" in result.err
    check(run, 7)


def test_an_estimate_counts_each_task_once(tmp_path: Path) -> None:
    data = write_json(tmp_path / "data.json", repeated_rows(4))
    alone = write_json(tmp_path / "alone.json", plain(4))
    both = [coevol("estimate", each, "--model", "rehearsal").out for each in (data, alone)]
    told = "Not counted: 8 rows with the task of an earlier row, evolved once for all.\n"
    assert both[0].replace(told, "") == both[1] != both[0]
