"""LiteLLM's proxy in front of llama.cpp's server: what runs make of what a gateway answers."""

from collections.abc import Generator
from pathlib import Path

import pytest
import yaml

from tests.runners.commands import Result, assert_one_line, coevol
from tests.runners.datasets import plain, read_jsonl
from tests.support.litellm_proxy import KEY, serve_litellm
from tests.support.llama_server import NAME, LlamaServer
from tests.support.rows import write_jsonl

ROWS = plain(2)
STRICT = "strict"
"""A model that LiteLLM takes for gpt-5-mini, whose parameters it knows and checks."""


@pytest.fixture(scope="module")
def gateway(llama_server: LlamaServer, tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    models = {NAME: f"openai/{NAME}", STRICT: "openai/gpt-5-mini"}
    with serve_litellm(models, llama_server.base_url, tmp_path_factory.mktemp("proxy")) as url:
        yield url


@pytest.fixture(autouse=True)
def key(environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def evolve(run: Path, url: str, *options: object, model: str = NAME) -> Result:
    """Evolve two rows by one call each."""
    data = write_jsonl(run.with_suffix(".jsonl"), ROWS)
    few = ("--framework", "edit", "--rounds", 1, "--max-tokens", 8, "--concurrency", 1)
    at = ("--model", f"openai:{model}", "--base-url", url, "--param", "cache_prompt=false")
    return coevol("evolve", data, "--out", run, *few, *at, *options)


def test_a_run_through_it_is_the_run_without_it(
    tmp_path: Path, gateway: str, llama_server: LlamaServer
) -> None:
    for name, url in (("without", llama_server.base_url), ("through", gateway)):
        result = evolve(tmp_path / name, url)
        assert result.code == 0, result.err
    without, through = (tmp_path / name / "evolutions.jsonl" for name in ("without", "through"))
    assert read_jsonl(through) == read_jsonl(without)


@pytest.mark.parametrize("client", ["aiohttp", "openai"])
def test_what_it_refuses_in_its_own_words_is_left_out(
    tmp_path: Path, gateway: str, client: str
) -> None:
    """`openai does not support parameters: ['top_p']`, and other words for temperature."""
    run = tmp_path / "run"
    result = evolve(run, gateway, "--client", client, model=STRICT)
    assert result.code == 0, result.err
    assert "openai:strict: calls go without top_p, temperature" in result.err
    [learned] = yaml.safe_load((run / "run.yaml").read_text())["learned"].values()
    assert learned == {"top_p": None, "temperature": None}
    assert [each["failure"] for each in read_jsonl(run / "evolutions.jsonl")] == [None, None]


def test_what_nobody_may_leave_out_ends_the_run(tmp_path: Path, gateway: str) -> None:
    result = evolve(tmp_path / "run", gateway, "--quiet", "--strict-params", model=STRICT)
    assert result.code == 2
    assert_one_line(result.err, "does not take top_p", "UnsupportedParamsError", "--top-p none")


def test_a_prompt_that_does_not_fit_fails_by_name_and_once(tmp_path: Path, gateway: str) -> None:
    long = {**ROWS[0], "instruction": "All the words there are. " * 500}
    data = write_jsonl(tmp_path / "data.jsonl", [long])
    at = ("--model", f"openai:{NAME}", "--base-url", gateway)
    result = coevol("evolve", data, "--out", tmp_path / "run", "--framework", "edit", *at)
    assert result.code == 3
    [failure] = read_jsonl(tmp_path / "run" / "failures.jsonl")
    assert "exceeds the available context size (2048 tokens)" in failure["message"]
    assert (failure["attempts"], failure["may_pass"]) == (1, False)


@pytest.mark.parametrize(
    ("key", "model", "words"),
    [
        ("sk-another", NAME, "refused the key in OPENAI_API_KEY (HTTP 400: No connected db.)"),
        (KEY, "nobody", "Invalid model name passed in model=nobody"),
    ],
)
def test_a_wrong_key_or_name_is_told_before_any_row(
    tmp_path: Path, gateway: str, monkeypatch: pytest.MonkeyPatch, key: str, model: str, words: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    result = evolve(tmp_path / "run", gateway, "--quiet", model=model)
    assert result.code == 2
    assert_one_line(result.err, words)
