"""What a run says before its first call where an endpoint will not have it."""

from pathlib import Path

import pytest

from tests.runners.commands import assert_one_line, at, coevol
from tests.runners.datasets import evolved, plain, read_jsonl
from tests.support.replies import Reply
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
