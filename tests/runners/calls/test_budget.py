"""What a run may spend, and the same decisions for less."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.runners.commands import at, coevol, repeated
from tests.runners.datasets import alpacas, evolved, plain, read_jsonl
from tests.support.rows import write_jsonl
from tests.support.server import Faults, Server, ServerOptions, serve

PRICE_IN, PRICE_OUT = 2.0, 10.0
ROWS = plain(10)


def spent(server: Server) -> tuple[int, float]:
    """Tokens, and what they cost by the prices of these tests."""
    stats = server.stats()
    given, said = stats["prompt_words"], stats["answer_words"]
    return given + said, (PRICE_IN * given + PRICE_OUT * said) / 1_000_000


@pytest.mark.parametrize("concurrency", [1, 8])
def test_a_budget_is_kept_and_a_larger_one_goes_on(tmp_path: Path, concurrency: int) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", ROWS), tmp_path / "run"
    prices = ["--price-in", PRICE_IN, "--price-out", PRICE_OUT, "--concurrency", concurrency]
    with serve(ServerOptions(latency=0.005)) as server:
        for budget in (0.05, 0.08):
            start = ["evolve", data, "--out", run, "--max-tokens", 300, *at(server), *prices]
            result = coevol(*start, "--budget", budget)
            assert result.code == 4
            assert f"budget of ${budget:.2f} reached" in result.err.splitlines()[-1]
            # A call in flight may still cost its prompt and the longest answer.
            longest = max(len(str(each.body).split()) for each in server.requests)
            reserve = concurrency * (longest * PRICE_IN + 300 * PRICE_OUT) / 1_000_000
            assert budget - reserve - 0.01 < spent(server)[1] <= budget
            summary = json.loads((run / "summary.json").read_text())
            assert summary["calls"]["cost_usd"] == pytest.approx(spent(server)[1])
            assert len(read_jsonl(run / "evolved.jsonl")) == len(ROWS)
        assert coevol("resume", run).code == 0
        assert repeated(server) == 0


@pytest.mark.parametrize("fault", ["hang", "reset", "cut"])
def test_a_budget_holds_what_is_billed_without_an_answer(tmp_path: Path, fault: str) -> None:
    """One call in five is billed and never answered: by time, or the connection broke."""
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(40)), tmp_path / "run"
    prices = ["--price-in", PRICE_IN, "--price-out", PRICE_OUT, "--max-tokens", 300]
    shares: dict[str, Any] = {fault: 0.2}
    faults = Faults(**shares, attempts=1)
    with serve(ServerOptions(faults=faults)) as server:
        start = ["evolve", data, "--out", run, *at(server), *prices, "--budget", 0.2]
        result = coevol(*start, "--timeout", 2, "--attempts", 6)
        assert result.code == 4, result.err
        [count] = re.findall(r"(\d+) that were sent and not answered", result.err)
        lost = [each for each in server.requests if each.fault == fault]
        assert 0 < int(count) <= len(lost)  # some break off after the last was refused
        cost = json.loads((run / "summary.json").read_text())["calls"]["cost_usd"]
        share = len(lost) / (len(server.requests) - len(lost))
        assert 0.05 < cost * (1 + share) <= 0.2  # a lost one takes what others do


def test_a_token_limit_is_kept(tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", ROWS), tmp_path / "run"
    with serve(ServerOptions(latency=0.005)) as server:
        start = ["evolve", data, "--out", run, "--concurrency", 4, *at(server)]
        result = coevol(*start, "--max-tokens-total", 15_000)
        assert result.code == 4
        assert "token limit of 15000 reached" in result.err.splitlines()[-1]
        assert 5_000 < spent(server)[0] <= 15_000
        before = len(server.requests)
        assert coevol("resume", run, "--max-tokens-total", 15_000).code == 4
        assert spent(server)[0] <= 15_000
        assert len(server.requests) - before <= 8
        assert coevol("resume", run).code == 0
        assert repeated(server) == 0
    assert read_jsonl(run / "evolved.jsonl") == evolved(ROWS)


def test_no_call_is_sent_that_could_exceed_the_budget(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", ROWS)
    with serve() as server:
        start = ["evolve", data, "--out", tmp_path / "run", *at(server)]
        assert coevol(*start, "--max-tokens-total", 900).code == 4
        assert not server.requests


def test_the_rehearsal_costs_nothing(tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", ROWS), tmp_path / "run"
    assert coevol("evolve", data, "--out", run, "--budget", 0).code == 0
    assert json.loads((run / "summary.json").read_text())["calls"]["cost_usd"] == 0


@pytest.mark.parametrize("mode", ["choice", "score"])
def test_economy_takes_the_same_decisions_for_less(tmp_path: Path, mode: str) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", alpacas(60))
    usage: dict[str, dict[str, Any]] = {}
    for name in ("plain", "economy"):
        with serve() as server:
            start = ["evolve", data, "--out", tmp_path / name, "--judge-mode", mode, *at(server)]
            assert coevol(*start, *(["--economy"] if name == "economy" else [])).code == 0
            usage[name] = server.stats()
    evolutions = [(tmp_path / name / "evolved.jsonl").read_bytes() for name in usage]
    assert evolutions[0] == evolutions[1]
    said = {name: stats["answer_words"] for name, stats in usage.items()}
    tokens = {name: stats["prompt_words"] + said[name] for name, stats in usage.items()}
    assert said["economy"] < 0.95 * said["plain"]
    assert tokens["economy"] < tokens["plain"]
