"""A comparison and an ablation that an endpoint ends midway: exit 4, counts, and they go on."""

from pathlib import Path
from typing import Any

import pytest

from tests.runners.commands import at, coevol, repeated
from tests.runners.datasets import plain, write_json
from tests.support.replies import Reply, openai, openrouter
from tests.support.server import ServerOptions, serve

PAIRS = 30
ENDS: dict[str, tuple[Any, str]] = {
    "401": (openai, "no longer your key"),
    "402": (openai, "Pay first."),
    "403": (openai, "not for you"),
    "quota": (openai, "You exceeded your quota."),
    "402 inside": (openrouter, "Insufficient credits"),
}


def ending(case: str, after: int) -> Reply:
    words = ENDS[case][1]
    if case == "quota":
        return openai(429, words, "insufficient_quota", after=after)
    if case == "402 inside":
        return openrouter(402, words, after=after)
    return openai(int(case), words, after=after)


@pytest.mark.parametrize("case", ENDS)
def test_a_comparison_that_is_ended_midway_goes_on(tmp_path: Path, case: str) -> None:
    a = plain(PAIRS)
    b = [{**row, "output": f"{row['output']} And more of it."} for row in a]
    sides = write_json(tmp_path / "a.json", a), write_json(tmp_path / "b.json", b)
    with serve(ServerOptions(replies=(ending(case, 20),))) as server:
        judge = ["--judge-model", "openai:test-model", "--base-url", server.base_url]
        start = ["compare", *sides, "--out", tmp_path, *judge, "--concurrency", 2]
        result = coevol(*start)
        assert result.code == 4, result.err
        last = result.err.splitlines()[-1]
        assert ENDS[case][1] in last
        assert "resumed" in last
        if case in ("401", "403"):
            assert f"of {PAIRS} pairs are judged" in last
        assert server.answered == 20
        server.change(replies=())
        assert coevol(*start).code == 0
        assert (server.answered, repeated(server)) == (2 * PAIRS, 0)


@pytest.mark.parametrize("case", ["401", "402", "403", "quota"])
def test_an_ablation_that_is_ended_midway_goes_on(tmp_path: Path, case: str) -> None:
    data, out = write_json(tmp_path / "data.json", plain(4)), tmp_path / "ablation"
    with serve(ServerOptions(replies=(ending(case, 10),))) as server:
        start = ["ablate", data, "--out", out, *at(server), "--concurrency", 2]
        result = coevol(*start)
        assert result.code == 4, result.err
        last = result.err.splitlines()[-1]
        assert ENDS[case][1] in last
        assert "resumed" in last
        server.change(replies=())
        assert coevol(*start).code == 0
        assert repeated(server) == 0
