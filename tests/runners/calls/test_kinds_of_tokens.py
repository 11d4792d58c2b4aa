"""Tokens are counted by kind from the answer to the summary, through every client."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from runners.calls.call_options import CallOptions
from runners.calls.price import Price
from runners.calls.run_admission import RunAdmission
from runners.calls.spending import Budget, Spending
from runners.calls.spent import Spent
from runners.folder.ledger import Counts
from runners.folder.tables import SCHEMA
from runners.run.judge_watch import JudgeWatch
from runners.run.progress import line
from runners.run.view import RunView
from runners.storage.database import Database
from runners.storage.journal import Journal
from tests.runners.commands import at, coevol
from tests.runners.datasets import plain, read_jsonl
from tests.support.caches import Cache
from tests.support.rows import write_jsonl
from tests.support.server import ServerOptions, serve

PRICE = "input=1,cached=0.1,cache_write=1.25,cache_write_1h=2,output=10,reasoning=20"
"""US dollars a million tokens."""


def evolve(folder: Path, cache: Cache | None, *options: object) -> tuple[dict[str, Any], str]:
    """A run against an endpoint whose cache tells so: its summary, and what was said."""
    data, out = write_jsonl(folder / "data.jsonl", plain(3)), folder / "run"
    with serve(ServerOptions(cache=cache)) as server:
        result = coevol("evolve", data, "--out", out, *at(server), "--rounds", 1, *options)
    assert result.code == 0, result.err
    return json.loads((out / "summary.json").read_bytes()), result.err


@pytest.mark.parametrize("client", ["aiohttp", "openai"])
@pytest.mark.parametrize("cache", ["openai", "vllm", "deepseek", "llamacpp", "hour"])
def test_what_came_from_a_cache_is_counted(tmp_path: Path, cache: Cache, client: str) -> None:
    summary, said = evolve(tmp_path, cache, "--client", client, "--price", PRICE)
    calls = summary["calls"]
    assert calls["cached_share"] == pytest.approx(0.5, abs=0.01)
    written = calls["cache_written_tokens"]
    hour = calls["cache_written_1h_tokens"]
    assert (written > 0, hour > 0) == (cache in ("openai", "hour"), cache == "hour")
    plain_input = calls["input_tokens"] - calls["cached_tokens"] - written
    saved = (0.9 * calls["cached_tokens"] - 0.25 * (written - hour) - hour) / 1e6
    cost = (plain_input + 0.1 * calls["cached_tokens"] + 1.25 * (written - hour) + 2 * hour) / 1e6
    cost += 10 * calls["output_tokens"] / 1e6
    assert calls["cost_usd"] == pytest.approx(cost)
    assert calls["saved_usd"] == pytest.approx(saved)
    assert ("written into it for an hour" in said) is (cache == "hour")
    assert "(50% from cache" in said
    assert f"${saved:.4f} saved by cache" in said
    told = read_jsonl(tmp_path / "run" / "evolutions.jsonl")
    assert sum(each["usage"]["cached_tokens"] for each in told) == calls["cached_tokens"]
    status = coevol("status", tmp_path / "run", "--json").out
    assert json.loads(status)["tokens"]["cached"] == calls["cached_tokens"]
    assert json.loads(status)["tokens"]["cache_written_1h"] == hour
    assert sum(each["usage"].get("cache_written_1h_tokens", 0) for each in told) == hour


def test_an_endpoint_that_tells_nothing_is_told_nothing_of(tmp_path: Path) -> None:
    summary, said = evolve(tmp_path, None, "--price", PRICE)
    assert summary["calls"]["cached_share"] is summary["calls"]["saved_usd"] is None
    assert "cache" not in said
    assert b"cache" not in (tmp_path / "run" / "evolutions.jsonl").read_bytes()
    assert "cache" not in coevol("status", tmp_path / "run").out.replace("(cache", "")


def test_calls_themselves_may_cost_something(tmp_path: Path) -> None:
    summary, _ = evolve(tmp_path, None, "--price", "input=0,output=0,calls=5")
    assert summary["calls"]["cost_usd"] == pytest.approx(summary["calls"]["answered"] * 5 / 1000)


def test_without_a_price_tokens_alone_are_told(tmp_path: Path) -> None:
    summary, said = evolve(tmp_path, "vllm")
    assert summary["calls"]["saved_usd"] is None
    assert "from cache" in said
    assert "saved" not in said


def test_the_live_line_tells_it(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "run.db", SCHEMA)) as database:
        prices = {"m": Price(0.001, 0.01, cached=0.0001)}
        spending = Spending(database, prices, Budget())
        admission = RunAdmission(CallOptions(), Journal(database), spending)
        view = RunView(Counts(1, 0, 0, 0), admission, spending, JudgeWatch(stops=True))
        assert "cache" not in line(view.snapshot())
        spending.count("judge", "m", Spent(1, 0, 100, 1, cached_told=1, cached_tokens=50))
        assert "101 tokens, 50% of prompts from cache" in line(view.snapshot())
        assert "$0.0450 saved by cache" in line(view.snapshot())
        assert "$0.07 so far" in line(view.snapshot())  # no row is done that tells about all


PRICES = {
    "no kind": ("2.5", "--price 2.5: write KIND=DOLLARS,..."),
    "unknown": (
        "input=1,output=2,audio=3",
        "--price input=1,output=2,audio=3: audio: must be",
    ),
    "negative": ("input=1,output=-2", "at least 0"),
    "words": ("input=1,output=much", "must be a number"),
    "half": ("input=1,cached=1", "--price: input and output must be there"),
}


@pytest.mark.parametrize("case", PRICES)
def test_a_price_that_can_not_be_read(tmp_path: Path, case: str) -> None:
    price, *words = PRICES[case]
    data = write_jsonl(tmp_path / "data.jsonl", plain(1))
    result = coevol("evolve", data, "--out", tmp_path / "run", "--price", price)
    assert result.code == 2
    assert all(word in result.err for word in words), result.err
    both = coevol("evolve", data, "--out", tmp_path / "run", "--price", PRICE, "--price-in", 1)
    assert "give one of them" in both.err
