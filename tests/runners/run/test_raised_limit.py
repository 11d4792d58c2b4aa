"""A run that goes on with longer answers: what came to its end stays, what was cut off may be tried
again, and nothing is paid twice."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.runners.commands import assert_one_line, at, coevol, repeated
from tests.runners.datasets import alpacas, evolved, plain, read_jsonl
from tests.support.recording import Request
from tests.support.rows import write_jsonl
from tests.support.server import Faults, Server, ServerOptions, serve

ROWS = alpacas(12)
LOW = 90
"""Tokens: 60 words of thinking leave room for 30, which some answers have and others not."""


@pytest.fixture
def thinker() -> Generator[Server]:
    with serve(ServerOptions(thinking="reasoning", thinking_words=60)) as server:
        yield server


@pytest.fixture
def start(tmp_path: Path, thinker: Server) -> list[Any]:
    data = write_jsonl(tmp_path / "data.jsonl", ROWS)
    return ["evolve", data, "--out", tmp_path / "run", *at(thinker)]


def whole(requests: list[Request]) -> set[str]:
    """The calls whose answers came to their end, by what was asked."""
    ended = [each for each in requests if each.finish_reason == "stop" and each.answer]
    return {json.dumps(each.body["messages"]) for each in ended}


def test_a_stopped_run_pays_no_answer_again_that_was_cut_off(
    tmp_path: Path, thinker: Server, start: list[Any]
) -> None:
    assert coevol(*start, "--max-tokens", LOW, "--max-tokens-total", 8_000).code == 4
    assert any(each.finish_reason == "length" and each.answer for each in thinker.requests)
    assert coevol("resume", tmp_path / "run", "--max-tokens-total", 10_000_000).code == 0
    assert repeated(thinker) == 0


def test_what_was_cut_off_is_tried_again_and_the_rest_stays(
    tmp_path: Path, thinker: Server, start: list[Any]
) -> None:
    run = tmp_path / "run"
    first = coevol(*start, "--max-tokens", LOW)
    assert first.code == 0
    cut_off = json.loads((run / "summary.json").read_bytes())["rows_cut_off"]
    assert cut_off > 0
    assert f"{cut_off} rows have answers that were cut off: --retry-truncated" in first.err
    before = len(thinker.requests)
    result = coevol("resume", run, "--max-tokens", 1000, "--retry-truncated")
    assert result.code == 0, result.err
    assert f"{cut_off} rows with answers that were cut off are taken again" in result.err
    assert read_jsonl(run / "evolved.jsonl") == evolved(ROWS)
    earlier, later = whole(thinker.requests[:before]), whole(thinker.requests[before:])
    assert earlier
    assert not earlier & later
    limits = {each.body["max_completion_tokens"] for each in thinker.requests[before:]}
    assert limits == {1000}
    assert yaml.safe_load((run / "run.yaml").read_text())["raised"][0]["max_tokens"] == LOW
    assert "cut off" not in coevol("resume", run).err


def test_what_the_context_cut_off_needs_a_longer_context_and_no_higher_limit(
    tmp_path: Path,
) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", ROWS), tmp_path / "run"
    cut_off = Faults(length=1.0, attempts=99)  # half of a text has far fewer tokens than the limit
    with serve(ServerOptions(faults=cut_off)) as server:
        first = coevol("evolve", data, "--out", run, *at(server))
        assert first.code == 0
        summary = json.loads((run / "summary.json").read_bytes())
        assert summary["rows_cut_by_context"] == summary["rows_cut_off"] > 0
        assert f"{summary['rows_cut_off']} rows have answers that were cut off by the end of" in (
            first.err
        )
        assert "serve it with a longer one" in first.err
        assert "with a higher --max-tokens takes" not in first.err
        server.change(faults={"length": 0.0})
        assert coevol("resume", run, "--max-tokens", 1001, "--retry-truncated").code == 0
    assert read_jsonl(run / "evolved.jsonl") == evolved(ROWS)
    assert "rows_cut_by_context" not in json.loads((run / "summary.json").read_bytes())


def test_finished_rows_stay_where_nobody_asks_for_them(
    tmp_path: Path, thinker: Server, start: list[Any]
) -> None:
    run = tmp_path / "run"
    assert coevol(*start, "--max-tokens", LOW).code == 0
    records, before = (run / "evolutions.jsonl").read_bytes(), len(thinker.requests)
    result = coevol(*start, "--max-tokens", 1000)
    assert result.code == 0
    assert "nothing to do" in result.err
    assert (len(thinker.requests), (run / "evolutions.jsonl").read_bytes()) == (before, records)


def test_rows_that_were_under_way_pay_no_whole_answer_again(
    tmp_path: Path, thinker: Server, start: list[Any]
) -> None:
    run, one_by_one = tmp_path / "run", ["--concurrency", 1]
    stopped = coevol(*start, "--max-tokens", 110, *one_by_one, "--max-tokens-total", 9000)
    assert stopped.code == 4
    before = len(thinker.requests)
    again = coevol("resume", run, "--max-tokens", 1000, "--retry-truncated", *one_by_one)
    assert again.code == 0, again.err
    assert not whole(thinker.requests[:before]) & whole(thinker.requests[before:])
    assert read_jsonl(run / "evolved.jsonl") == evolved(ROWS)


def test_answers_as_long_as_they_may_be_are_not_bought_again(
    tmp_path: Path, thinker: Server, start: list[Any]
) -> None:
    assert coevol(*start, "--max-tokens", LOW).code == 0
    before = len(thinker.requests)
    result = coevol(*start, "--max-tokens", LOW, "--retry-truncated")
    assert "0 rows with answers that were cut off are taken again" in result.err
    assert len(thinker.requests) == before


def test_thinking_that_took_all_tokens_says_what_to_do(
    tmp_path: Path, thinker: Server, start: list[Any]
) -> None:
    run = tmp_path / "run"
    result = coevol(*start, "--max-tokens", 50)
    calls = 6 * len(ROWS)
    share = f"100% of answers ({calls} of {calls})"
    assert f"--max-tokens 50 was spent on thinking in {share}: raise it, or --param" in result.err
    assert coevol("resume", run, "--max-tokens", 55, "--retry-truncated").code == 0
    told = coevol(*start, "--max-tokens", 1000).err
    assert f"--max-tokens 1000 (before: 50, 55) was spent on thinking in {share}" in told
    assert coevol(*start, "--max-tokens", 1000, "--retry-truncated").code == 0
    assert read_jsonl(run / "evolved.jsonl") == evolved(ROWS)


REFUSED = {
    "lower": (["--max-tokens", 80], "max_tokens = 90 (now 80)"),
    "lower for one": (["--max-tokens", 200, "--set", "judge.max_tokens=9"], "max_tokens = 90"),
    "another setting with it": (["--max-tokens", 200, "--rounds", 2], "max_rounds = 3 (now 2)"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_nothing_else_may_change(
    tmp_path: Path, thinker: Server, start: list[Any], case: str
) -> None:
    more, words = REFUSED[case]
    assert coevol(*start, "--max-tokens", LOW, "--limit", 1).code == 0
    result = coevol(*start, *more)
    assert result.code == 2
    assert_one_line(result.err, words, "--out")


RAISES = {
    "for one role": ["--max-tokens", LOW, "--set", "judge.max_tokens=400"],
    "none": ["--max-tokens", "none"],
    "under its other name": ["--max-tokens", LOW, "--param", "max_tokens=400"],
}


@pytest.mark.parametrize("case", RAISES)
def test_ways_of_raising_it(tmp_path: Path, thinker: Server, start: list[Any], case: str) -> None:
    assert coevol(*start, "--max-tokens", LOW, "--limit", 1).code == 0
    before = len(thinker.requests)
    assert coevol(*start, *RAISES[case], "--retry-truncated").code == 0
    assert not whole(thinker.requests[:before]) & whole(thinker.requests[before:])


def test_rows_without_thinking_are_none_of_it(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(2))
    with serve() as server:
        result = coevol("evolve", data, "--out", tmp_path / "run", *at(server))
    assert "cut off" not in result.err
    assert "raised" not in (tmp_path / "run" / "run.yaml").read_text()
