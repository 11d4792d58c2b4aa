"""A vLLM that runs: `make test-servers VLLM=http://127.0.0.1:8000`, with any model of instructions.

It is to be started with --enable-prompt-tokens-details. What its model says is worth nothing here;
what counts is what a run makes of vLLM's answers, and what vLLM has counted of the run.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.runners.commands import (
    Result,
    answers_kept,
    assert_one_line,
    coevol,
    started,
    wait_until,
)
from tests.runners.datasets import plain, read_jsonl
from tests.support.rows import write_jsonl

SERVER = os.environ.get("VLLM", "")
FEW = ("--framework", "edit", "--rounds", 1, "--max-tokens", 16, "--concurrency", 1)
NAMES = 'judge.structured_outputs={"choice": ["<assistant 1>", "<assistant 2>"]}'
"""vLLM's own way of holding an answer to two names: a small model never says one by itself."""

pytestmark = pytest.mark.skipif(not SERVER, reason="VLLM does not say where one runs")


def asked(path: str) -> str:
    """What the server tells at a path."""
    with urlopen(f"{SERVER}{path}") as answer:
        return answer.read().decode()


@pytest.fixture(scope="module")
def model() -> dict[str, Any]:
    """Its first model, as it lists it: `id`, `max_model_len` (tokens) and more."""
    return json.loads(asked("/v1/models"))["data"][0]


def counted() -> dict[str, float]:
    """What it has counted since it was started, by its own names."""
    lines = (line for line in asked("/metrics").splitlines() if line.startswith("vllm:"))
    pairs = (line.rsplit(" ", 1) for line in lines)
    return {name.partition("{")[0]: float(value) for name, value in pairs if "_bucket" not in name}


def grown(before: Mapping[str, float]) -> tuple[float, float]:
    """Tokens in and out that it has counted since."""
    now = counted()
    names = ("vllm:prompt_tokens_total", "vllm:generation_tokens_total")
    first, second = (now[name] - before.get(name, 0) for name in names)
    return first, second


def evolve(run: Path, rows: list[dict[str, Any]], name: str, *options: object) -> Result:
    """Evolve rows by one call each."""
    data = write_jsonl(run.with_suffix(".jsonl"), rows)
    at = ("--model", f"vllm:{name}", "--base-url", f"{SERVER}/v1")
    return coevol("evolve", data, "--out", run, *at, *FEW, *options)


def test_what_was_cached_is_counted(tmp_path: Path, model: dict[str, Any]) -> None:
    """The second row's prompt begins as the first one's, for some blocks of the cache."""
    long = "Say once more what was said, and leave nothing out of it at all. " * 40
    rows = [{"instruction": long + end, "input": "", "output": "It was said."} for end in "AB"]
    result = evolve(tmp_path / "run", rows, model["id"])
    assert result.code == 0, result.err
    first, second = (each["usage"] for each in read_jsonl(tmp_path / "run" / "evolutions.jsonl"))
    assert first["input_tokens"] / 2 < second["cached_tokens"] < second["input_tokens"]


def test_a_killed_run_goes_on_and_the_server_counts_no_token_twice(
    tmp_path: Path, model: dict[str, Any]
) -> None:
    run, data = tmp_path / "run", write_jsonl(tmp_path / "data.jsonl", plain(6))
    at = ("--model", f"vllm:{model['id']}", "--base-url", f"{SERVER}/v1")
    with started("evolve", data, "--out", run, *at, *FEW) as process:
        wait_until(lambda: answers_kept(run) > 1)
        process.kill()
        process.wait()
    wait_until(lambda: not counted()["vllm:num_requests_running"])
    done, before = answers_kept(run), counted()
    assert coevol("resume", run).code == 0
    rows = [each["usage"] for each in read_jsonl(run / "evolutions.jsonl")[done:]]
    assert 0 < len(rows) < 5
    read, written = (sum(each[name] for each in rows) for name in ("input_tokens", "output_tokens"))
    assert grown(before) == (read, written)


def test_its_probabilities_are_read(tmp_path: Path, model: dict[str, Any]) -> None:
    """A row evolved by the rehearsal model's rules and judged by vLLM, in both orders."""
    row = {"instruction": "Be polite.", "input": "", "output": "send me  the report"}
    data, run = write_jsonl(tmp_path / "data.jsonl", [row]), tmp_path / "run"
    models = ("--model", "rehearsal", "--judge-model", f"vllm:{model['id']}")
    judged = ("--judge-mode", "probability", "--set", NAMES, "--unfit-judge", "go-on")
    at = ("--set", f"judge.base_url={SERVER}/v1")
    result = coevol("evolve", data, "--out", run, "--rounds", 1, *models, *at, *judged)
    assert result.code == 0, result.err
    [record] = read_jsonl(run / "evolutions.jsonl")
    said = record["rounds"][0]["judgements"].values()
    assert len(said) == 2
    for each in said:
        assert 0 < each["original_score"] < 1
        assert each["original_score"] + each["edited_score"] == pytest.approx(1)


def test_what_does_not_fit_is_asked_once_and_told(tmp_path: Path, model: dict[str, Any]) -> None:
    rows = [{**plain(1)[0], "instruction": "word " * 2 * model["max_model_len"]}, *plain(1)]
    result = evolve(tmp_path / "run", rows, model["id"])
    assert result.code == 3
    assert f"maximum context length is {model['max_model_len']} tokens" in result.err
    [failure] = read_jsonl(tmp_path / "run" / "failures.jsonl")
    assert (failure["position"], failure["attempts"], failure["may_pass"]) == (0, 1, False)


def test_a_wrong_name_is_told_before_any_row(tmp_path: Path, model: dict[str, Any]) -> None:
    result = evolve(tmp_path / "run", plain(1), "nobody", "--quiet")
    assert result.code == 2
    assert_one_line(result.err, "The model `nobody` does not exist", f"it lists: {model['id']}")
