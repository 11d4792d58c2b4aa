"""A judge whose verdicts carry no information: what a run says of it, and when it stops."""

import json
from pathlib import Path
from typing import Any

import pytest

from runners import evolve
from runners.errors import Stopped
from tests.runners.commands import assert_one_line, at, coevol, repeated
from tests.runners.datasets import evolved, plain, read_jsonl
from tests.support.rows import write_jsonl
from tests.support.server import ServerOptions, serve

FIRST, SILENT = "<assistant 1>", "Both have their merits."
ROWS, ENOUGH, CALLS = 80, 50, 8
"""Rows; those after which a judge may be called unfit; calls of a row that stays as it was."""
WORDS = {
    FIRST: "the judge named Assistant 1 in 100% of its verdicts, whatever stood there, and the "
    "judge's winner changes with the order in 100% of rounds: its verdicts carry no information; "
    "try coevol calibrate, another --judge-model or --judge-mode",
    SILENT: "100% of the judge's answers state no verdict that can be read: its verdicts carry no "
    "information; read some of them, then try coevol calibrate, another --judge-model, "
    "--judge-mode or --prompt-pack",
}


def judge_of(run: Path) -> dict[str, Any]:
    """The judge's part of summary.json."""
    return json.loads((run / "summary.json").read_text())["judge"]


@pytest.mark.parametrize("judgement", [FIRST, SILENT])
def test_an_unfit_judge_stops_the_run_which_can_go_on(tmp_path: Path, judgement: str) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(ROWS)), tmp_path / "run"
    with serve(ServerOptions(judgement=judgement)) as server:
        start = ["evolve", data, "--out", run, *at(server), "--concurrency", 1]
        stopped = coevol(*start, "--quiet")
        assert stopped.code == 4
        told = f"the judge is unfit: over {ENOUGH} rounds, {WORDS[judgement]}"
        assert_one_line(stopped.err, told, "--unfit-judge go-on")
        paid, found = server.answered, judge_of(run)
        assert found["unfit"]
        # Those that were being judged are kept; no other call is made.
        assert ENOUGH <= found["rounds"] <= ENOUGH + 1
        assert paid < (ROWS - 10) * CALLS
        again = coevol("resume", run)
        assert (again.code, server.answered) == (4, paid)  # what the ledger holds is enough
        status = coevol("status", run).out
        assert f"judge   over {found['rounds']} rounds, {WORDS[judgement]}\n" in status
        gone_on = coevol("resume", run, "--unfit-judge", "go-on")
        assert gone_on.code == 0, gone_on.err
        rounds = judge_of(run)["rounds"]
        assert f"\njudge: over {rounds} rounds, {WORDS[judgement]}\n" in gone_on.err
        assert server.answered > paid
        assert repeated(server) == 0
        assert coevol(*start).code == 0  # nothing is left that an unfit judge could be paid for


def test_twelve_rows_of_a_judge_without_verdicts_are_not_silent(tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(12)), tmp_path / "run"
    with serve(ServerOptions(judgement=SILENT)) as server:
        result = coevol("evolve", data, "--out", run, *at(server))
        assert result.code == 0
    found = judge_of(run)
    words = "100% of the judge's answers state no verdict that can be read: read some of them"
    told = f"over {found['rounds']} rounds, {words}"
    assert f"\njudge: {told}" in result.err
    assert found["unparsable_share"] == 1
    assert not found["unfit"]  # too few to say so
    assert f"judge   {told}" in coevol("status", run).out
    assert json.loads(coevol("status", run, "--json").out)["judge"] == judge_of(run)


def test_economy_does_not_hide_a_judge_that_always_names_the_first(tmp_path: Path) -> None:
    """It is then asked in one order alone, in which the original is the first."""
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(20)), tmp_path / "run"
    with serve(ServerOptions(judgement=FIRST)) as server:
        result = coevol("evolve", data, "--out", run, *at(server), "--economy")
        assert result.code == 0, result.err
        healthy = ("--out", tmp_path / "healthy", *at(server), "--economy")
        server.change(judgement=None)
        assert "judge:" not in coevol("evolve", data, *healthy).err
    found = judge_of(run)
    once = found["decided_once"]
    assert (found["rounds"], found["unfit"]) == (0, False)
    told = (
        f"over {once} rounds, the judge named Assistant 1 wherever it was asked in 100% of {once} "
        f"rounds (in {once} of them --economy asked for one order alone, with the original there: "
        "it may be right, or go by the place): try coevol calibrate, or some rows without "
        "--economy\n"
    )
    assert f"\njudge: {told}" in result.err
    assert f"judge   {told}" in coevol("status", run).out


def test_nothing_is_said_of_a_healthy_judge(tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(ROWS)), tmp_path / "run"
    with serve() as server:
        result = coevol("evolve", data, "--out", run, *at(server))
        assert result.code == 0, result.err
        events = coevol("evolve", data, "--out", tmp_path / "told", *at(server), "--json").out
    assert "judge:" not in result.err
    assert "judge  " not in coevol("status", run).out
    assert read_jsonl(run / "evolved.jsonl") == evolved(plain(ROWS))
    found = judge_of(run)
    assert found["rounds"] > ENOUGH
    assert (found["warning"], found["unfit"]) == (None, False)
    progress = [each for each in map(json.loads, events.splitlines()) if "judge" in each]
    assert progress
    assert all(each["judge"] is None for each in progress)


def test_what_goes_with_progress_tells_of_the_judge(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(12))
    with serve(ServerOptions(judgement=FIRST)) as server:
        result = coevol("evolve", data, "--out", tmp_path / "run", *at(server), "--json")
    events = [json.loads(each) for each in result.out.splitlines()]
    last = [each for each in events if each["event"] == "progress"][-1]
    assert last["judge"].startswith("the judge named Assistant 1 in 100% of its verdicts")


def test_a_judge_that_never_comes_to_its_verdict_is_unfit(tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(ROWS)), tmp_path / "run"
    with serve(ServerOptions(thinking="reasoning_content", thinks_only=("judge",))) as server:
        result = coevol("evolve", data, "--out", run, *at(server), "--concurrency", 1)
        assert result.code == 4
        assert server.answered < (ROWS - 10) * CALLS
    assert "100% of the judge's answers never came after the thinking" in result.err
    assert "raise --set judge.max_tokens=N" in result.err


def test_in_python_it_is_an_argument(tmp_path: Path) -> None:
    with serve(ServerOptions(judgement=FIRST)) as server:
        same: Any = {"model": "openai:test-model", "base_url": server.base_url, "concurrency": 1}
        with pytest.raises(Stopped, match="unfit_judge go-on goes on"):
            evolve(plain(ROWS), tmp_path / "run", **same)
        done = evolve(plain(ROWS), tmp_path / "run", **same, unfit_judge="go-on")
        assert done.counts.left == 0


def test_an_unfit_judge_is_watched_in_conversations_too(tmp_path: Path) -> None:
    messages: list[dict[str, str]] = []
    for number in range(4):
        messages += [
            {"role": "user", "content": f"Tell me of topic {number}."},
            {"role": "assistant", "content": f"It is topic {number}"},
        ]
    rows = [
        {"messages": [{"role": "system", "content": f"Row {n}."}, *messages]} for n in range(30)
    ]
    data = write_jsonl(tmp_path / "data.jsonl", rows)
    with serve(ServerOptions(judgement=FIRST)) as server:
        result = coevol("evolve", data, "--out", tmp_path / "run", *at(server), "--concurrency", 1)
        assert result.code == 4, result.err
        assert server.answered < 30 * 4 * CALLS
    assert judge_of(tmp_path / "run")["unfit"]
