"""llama.cpp's real HTTP server with a real language model: runs by `openai:` and `llamacpp:`.

SmolLM2 has 135M parameters: what it says is worth nothing, but it is said by a real server. The
same weights inside the process (`gguf:`) are what its answers are held against.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
from tests.support.llama_server import NAME, LlamaServer, serve_llama
from tests.support.rows import write_jsonl
from tests.support.weights import weights

HTTP = [f"openai:{NAME}", f"llamacpp:{NAME}"]
GGUF = f"gguf:{weights()}"
ROWS = plain(2)
LIMIT = 8
"""Tokens of an answer: on two busy cores some ten of them take a second."""
ALONE = ("--concurrency", 1, "--param", "cache_prompt=false")
"""Calls that are computed together, or after others, differ in their last digits."""
FEW = ("--framework", "edit", "--rounds", 1, "--max-tokens", LIMIT, *ALONE)


def evolve(out: Path, rows: list[dict[str, Any]], *options: object) -> Result:
    """Evolve rows by one call each."""
    data = write_jsonl(out.with_suffix(".jsonl"), rows)
    return coevol("evolve", data, "--out", out, *FEW, *options)


def records(run: Path) -> list[dict[str, Any]]:
    """What happened to each row, without the names that models have for themselves."""
    found = read_jsonl(run / "evolutions.jsonl")
    for record in found:
        for each in record["rounds"]:
            for answer in (each["edit"], *each["judgements"].values()):
                answer.pop("model")
    return found


def used(found: list[dict[str, Any]]) -> tuple[int, ...]:
    """Calls, and tokens in and out, that rows took."""
    names = ("calls", "input_tokens", "output_tokens")
    return tuple(sum(record["usage"][name] for record in found) for name in names)


def total(run: Path) -> tuple[int, ...]:
    """The same of a run over all its starts, as it has counted them."""
    calls = json.loads((run / "summary.json").read_bytes())["calls"]
    return calls["answered"], calls["input_tokens"], calls["output_tokens"]


def counted(before: Mapping[str, float], after: Mapping[str, float]) -> tuple[float, ...]:
    """Tokens in and out that the server has counted in between."""
    grown = {name: after[name] - before[name] for name in before}
    read = grown["prompt_tokens_total"] + grown["prompt_tokens_cached_total"]
    return read, grown["tokens_predicted_total"]


@pytest.fixture(scope="module")
def in_process(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with the same weights inside the process."""
    run = tmp_path_factory.mktemp("gguf") / "run"
    result = evolve(run, ROWS, "--model", GGUF, "--param", "n_ctx=768")
    assert result.code == 0, result.err
    return run


@pytest.mark.parametrize("model", HTTP)
def test_a_run_is_the_same_over_http(
    tmp_path: Path, llama_server: LlamaServer, in_process: Path, model: str
) -> None:
    """Each answer, how it ended, and what it took; all of them are cut off."""
    run, at = tmp_path / "run", ("--model", model, "--base-url", llama_server.base_url)
    result = evolve(run, ROWS, *at)
    assert result.code == 0, result.err
    assert records(run) == records(in_process)
    assert [each["stop_reason"] for each in records(run)] == ["edit_truncated"] * len(ROWS)
    assert "2 rows have answers that were cut off" in result.err
    assert total(run) == total(in_process)
    assert total(run)[::2] == (len(ROWS), len(ROWS) * LIMIT)


def test_what_the_server_still_knew_of_a_prompt_is_counted_as_cached(
    tmp_path: Path, llama_server: LlamaServer
) -> None:
    """The second row's prompt begins as the first one's does."""
    run, at = tmp_path / "run", ("--model", HTTP[1], "--base-url", llama_server.base_url)
    before = llama_server.metrics()["prompt_tokens_cached_total"]
    assert evolve(run, ROWS, *at, "--param", "cache_prompt=true").code == 0
    grown = llama_server.metrics()["prompt_tokens_cached_total"] - before
    cached = [each["usage"]["cached_tokens"] for each in records(run)]
    assert 40 < cached[1] < records(run)[1]["usage"]["input_tokens"]
    assert sum(cached) <= grown < sum(cached) + 40  # the greeting's beside them


def test_the_role_play_prompt_is_the_systems_or_the_users(
    tmp_path: Path, llama_server: LlamaServer, in_process: Path
) -> None:
    """Where no system prompt comes, the model's own template puts one of its own: more tokens."""
    run, at = tmp_path / "run", ("--model", HTTP[0], "--base-url", llama_server.base_url)
    assert evolve(run, ROWS[:1], *at, "--system-role", "merge").code == 0
    merged, native = (records(each)[0]["usage"]["input_tokens"] for each in (run, in_process))
    assert merged > native + 15


def test_what_does_not_fit_is_asked_once_and_told(tmp_path: Path) -> None:
    """An answer that comes to the end of the server's context; a prompt that is longer."""
    run = tmp_path / "run"
    texts = ("All the words there are. " * times for times in (26, 60))
    rows = [{**ROWS[0], "instruction": each} for each in texts]
    with serve_llama(context=256) as server:
        before = server.metrics()
        at = ("--model", HTTP[1], "--base-url", server.base_url)
        result = evolve(run, rows, *at, "--max-tokens", 60, "--param", "ignore_eos=true")
        read, written = counted(before, server.metrics())
    assert result.code == 3
    assert "exceeds the available context size (256 tokens)" in result.err
    [failure] = read_jsonl(run / "failures.jsonl")
    assert (failure["position"], failure["attempts"], failure["may_pass"]) == (1, 1, False)
    assert records(run)[0]["stop_reason"] == "edit_truncated"
    calls, input_tokens, output_tokens = total(run)
    assert (calls, input_tokens + output_tokens) == (1, 256)
    assert (read < input_tokens + 50, written) == (True, output_tokens + 60)  # greeted once


def test_an_entry_of_a_wrong_type_ends_the_run_before_any_row(
    tmp_path: Path, llama_server: LlamaServer
) -> None:
    at = ("--model", HTTP[1], "--base-url", llama_server.base_url, "--quiet")
    result = evolve(tmp_path / "run", ROWS, *at, "--param", 'top_k="many"')
    assert result.code == 2
    assert_one_line(result.err, "does not take top_k (Field 'top_k'", "must be number")


def judged(run: Path, model: str, *options: object) -> list[dict[str, Any]]:
    """A row evolved by the rehearsal model's rules and judged by a real model, in both orders."""
    row = {"instruction": "Be polite.", "input": "", "output": "send me  the report"}
    data = write_jsonl(run.with_suffix(".jsonl"), [row])
    name = 'judge.grammar=root ::= "<assistant " ("1" | "2") ">"'  # else it never says one
    alone = ("--concurrency", 1, "--set", "judge.cache_prompt=false", "--set", name)
    models = ("--model", "rehearsal", "--judge-model", model, "--judge-mode", "probability")
    result = coevol("evolve", data, "--out", run, "--rounds", 1, *models, *alone, *options)
    assert result.code == 0, result.err
    return records(run)


def test_a_judge_tells_the_same_probabilities_over_http(
    tmp_path: Path, llama_server: LlamaServer
) -> None:
    here = judged(tmp_path / "here", GGUF, "--set", "judge.n_ctx=768")
    said = here[0]["rounds"][0]["judgements"].values()
    assert all(abs(each["original_score"] - 0.5) > 0.4 for each in said)  # it is sure of itself
    for number, model in enumerate(HTTP):
        at = ("--set", f"judge.base_url={llama_server.base_url}")
        assert judged(tmp_path / f"http{number}", model, *at) == here, model


def test_a_killed_run_goes_on_and_the_server_counts_no_token_twice(
    tmp_path: Path, llama_server: LlamaServer
) -> None:
    """What is finished at the kill is not asked again; what is left is asked once."""
    run, data = tmp_path / "run", write_jsonl(tmp_path / "data.jsonl", plain(3))
    at = ("--model", HTTP[0], "--base-url", llama_server.base_url)
    finished = ("--param", 'grammar=root ::= "This is row " [0-9] "."')
    with started("evolve", data, "--out", run, *FEW, *at, *finished) as process:
        wait_until(lambda: answers_kept(run))
        process.kill()
        process.wait()
    wait_until(lambda: not llama_server.metrics()["requests_processing"])
    done, before = answers_kept(run), llama_server.metrics()
    assert 0 < done < 3
    assert coevol("resume", run).code == 0
    taken = counted(before, llama_server.metrics())
    assert {each["stop_reason"] for each in records(run)} == {"adopted"}
    assert taken == used(records(run)[done:])[1:]
    assert total(run) == used(records(run))
