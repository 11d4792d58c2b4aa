"""A gateway with batches that runs: `make test-servers BATCHES=http://HOST:PORT BATCHES_KEY=...`.

LiteLLM's proxy in front of vLLM, say. Its first model is asked; where the server behind it answers
one call at a time and caches nothing, its answers are the same each time.
"""

import os
from pathlib import Path

import pytest
from openai import OpenAI

from tests.runners.batches.conftest import BATCH, ids_known
from tests.runners.commands import Result, coevol, started, wait_until
from tests.runners.datasets import plain, read_jsonl
from tests.support.rows import write_jsonl

SERVER = os.environ.get("BATCHES", "")
ROWS = plain(3)
ROUTED = ("--header", "x-litellm-model=$ROUTE")
"""LiteLLM keeps a file for the model that this names; others do not look at it."""

pytestmark = pytest.mark.skipif(not SERVER, reason="BATCHES does not say where a gateway runs")


@pytest.fixture
def client(environment: None, monkeypatch: pytest.MonkeyPatch) -> OpenAI:
    monkeypatch.setenv("OPENAI_API_KEY", os.environ.get("BATCHES_KEY", "none"))
    client = OpenAI(base_url=f"{SERVER}/v1")
    monkeypatch.setenv("ROUTE", client.models.list().data[0].id)
    return client


def options(run: Path) -> list[object]:
    """The options of a run of three rows, one call each."""
    data = write_jsonl(run.with_suffix(".jsonl"), ROWS)
    at = ("--model", f"openai:{os.environ['ROUTE']}", "--base-url", f"{SERVER}/v1", *ROUTED)
    few = ("--framework", "edit", "--rounds", 1, "--max-tokens", 8)
    return ["evolve", data, "--out", run, *at, *few]


@pytest.fixture
def single(tmp_path: Path, client: OpenAI) -> object:
    """What single calls come to."""
    result = coevol(*options(tmp_path / "single"), "--concurrency", 1)
    assert result.code == 0, result.err
    return read_jsonl(tmp_path / "single" / "evolutions.jsonl")


def lines_since(client: OpenAI, before: int) -> int:
    """Calls in the batches that the gateway has made after so many others."""
    counts = [each.request_counts for each in client.batches.list()]
    return sum(each.total for each in counts[: len(counts) - before] if each is not None)


def test_a_killed_run_in_batches_is_the_run_of_single_calls(
    tmp_path: Path, client: OpenAI, single: object
) -> None:
    before, run = len(list(client.batches.list())), tmp_path / "run"
    with started(*options(run), *BATCH) as process:
        wait_until(lambda: ids_known(run))
        process.kill()
        process.wait()
    result: Result = coevol("resume", run, *BATCH)
    assert result.code == 0, result.err
    assert read_jsonl(run / "evolutions.jsonl") == single
    assert lines_since(client, before) == len(ROWS)
