"""What a run says before its first call where an endpoint will not have it."""

from pathlib import Path

import pytest

from tests.runners.commands import assert_one_line, at, coevol
from tests.runners.datasets import evolved, plain, read_jsonl
from tests.support.replies import PAGE, Reply
from tests.support.rows import write_jsonl
from tests.support.server import ServerOptions, serve


def test_a_key_that_may_only_chat_is_enough(tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(2)), tmp_path / "run"
    with serve(ServerOptions(restricted=True)) as server:
        assert coevol("evolve", data, "--out", run, *at(server)).code == 0
    assert read_jsonl(run / "evolved.jsonl") == evolved(plain(2))


REFUSED = {
    "openai:m": ("OPENAI_API_KEY", "some-key", "refused the key in OPENAI_API_KEY (HTTP 401: "),
    "vllm:m": ("VLLM_API_KEY", None, "refused calls without VLLM_API_KEY (HTTP 401: "),
}


@pytest.mark.parametrize("model", REFUSED)
def test_a_refused_key_is_told_by_its_variable_in_the_endpoints_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    variable, key, words = REFUSED[model]
    if key is None:
        monkeypatch.delenv(variable, raising=False)
    else:
        monkeypatch.setenv(variable, key)
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(2)), tmp_path / "run"
    told = {"error": {"message": "Incorrect API key provided.", "code": "invalid_api_key"}}
    with serve(ServerOptions(lists_models=False, replies=(Reply(401, told),))) as server:
        result = coevol("evolve", data, "--out", run, *at(server, model))
    assert result.code == 2
    assert_one_line(result.err.splitlines()[-1] + "\n", words, "Incorrect API key provided.")


def test_an_address_without_the_apis_path_is_told_with_it(tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(2)), tmp_path / "run"
    with serve() as server:
        root = server.base_url.removesuffix("/v1")
        address = ("--model", "vllm:test-model", "--base-url", root)
        result = coevol("evolve", data, "--out", run, *address)
    assert result.code == 2
    assert result.err.splitlines()[-1] == (
        f"coevol: vllm:test-model at {root}: No such path: /chat/completions; "
        f"--base-url takes the address of an OpenAI-compatible API, perhaps {root}/v1"
    )


PAGES = {
    "before the first call": (403, False, "HTTP 403 and a web page, 'Welcome to the gateway'"),
    "to the first call": (404, True, "a web page, 'Welcome to the gateway'"),
    "to a greeting": (403, True, "a web page, 'Welcome to the gateway'"),
}


@pytest.mark.parametrize("case", PAGES)
def test_a_page_for_people_is_told_by_its_address(tmp_path: Path, case: str) -> None:
    status, lists_models, words = PAGES[case]
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(2)), tmp_path / "run"
    options = ServerOptions(lists_models=lists_models, replies=(Reply(status, PAGE),))
    with serve(options) as server:
        result = coevol("evolve", data, "--out", run, *at(server, "vllm:test-model"))
    assert result.code == 2
    last = result.err.splitlines()[-1] + "\n"
    assert_one_line(last, server.base_url, words, "--base-url takes the address of an OpenAI-")
    assert "perhaps" not in last
