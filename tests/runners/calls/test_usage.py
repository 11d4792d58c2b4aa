"""Settings that can't work end a run with one line, before any row is sent and any key is shown."""

from pathlib import Path
from typing import get_args

import pytest

from runners.calls.call_options import Client
from tests.runners.commands import KEY, Result, assert_one_line, at, coevol, contents
from tests.runners.datasets import evolved, plain, read_jsonl
from tests.support.rows import write_jsonl
from tests.support.server import Server, ServerOptions, serve

PACK = Path(__file__).parents[3] / "prompts" / "coevol.yaml"
OPTIONS = {
    "no provider": (["--model", "gpt-4o"], "model 'gpt-4o': unknown", "vllm:NAME", "rehearsal"),
    "no name": (["--model", "openai:"], "model 'openai:': unknown"),
    "one role's model": (["--judge-model", "clever"], "model 'clever': unknown"),
    "no calls": (["--concurrency", "0"], "--concurrency 0", "4-64"),
    "upside down": (["--concurrency", "8-4"], "--concurrency 8-4"),
    "no number": (["--concurrency", "many"], "--concurrency many"),
    "share": (["--max-failures", "few"], "--max-failures few", "2%"),
    "one price": (["--price-in", "1"], "--price-in and --price-out go together"),
    "no price": (["--budget", "5"], "--budget: no price known for openai:test-model", "--price-in"),
    "no setting": (["--set", "judge"], "--set judge", "ROLE.NAME=JSON"),
    "no such role": (["--set", "jury.temperature=1"], "jury"),
    "too hot": (["--set", "judge.temperature=9"], "judge.temperature", "9"),
    "no pack": (["--prompt-pack", "nowhere.yaml"], "nowhere.yaml"),
    "no row": (["--offset", "99"], "no row is selected", "--offset"),
    "no such id": (["--where-id", "0f0f"], "no row is selected", "--where-id"),
}


def evolve(folder: Path, server: Server, *options: str) -> Result:
    data = write_jsonl(folder / "data.jsonl", plain(3))
    return coevol("evolve", data, "--out", folder / "run", "--quiet", *at(server), *options)


def check_refused(folder: Path, result: Result, *words: str) -> None:
    assert result.code == 2
    assert result.out == ""
    assert_one_line(result.err, *words)
    said = result.err.encode()
    found = [path for path, content in [*contents(folder), ("", said)] if KEY.encode() in content]
    assert not found


@pytest.mark.parametrize("case", OPTIONS)
def test_wrong_options_are_named(tmp_path: Path, case: str) -> None:
    options, *words = OPTIONS[case]
    with serve() as server:
        result = evolve(tmp_path, server, *options)
        assert not server.requests
    check_refused(tmp_path, result, *words)


@pytest.mark.filterwarnings("ignore:.langchain-community.:DeprecationWarning")
@pytest.mark.parametrize("model", ["glm:glm-4", "ernie:ernie-4"])
def test_a_model_without_its_package_or_key(tmp_path: Path, model: str) -> None:
    with serve() as server:
        check_refused(tmp_path, evolve(tmp_path, server, "--model", model), model)


def test_a_prompt_pack_with_an_unknown_placeholder(tmp_path: Path) -> None:
    pack = tmp_path / "pack.yaml"
    pack.write_text(PACK.read_text("utf-8").replace("{adv_sugg}", "{advice}"), "utf-8")
    assert pack.read_text("utf-8") != PACK.read_text("utf-8")
    with serve() as server:
        result = evolve(tmp_path, server, "--prompt-pack", str(pack))
        assert not server.requests
    check_refused(tmp_path, result, "advice")


def test_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with serve() as server:
        result = evolve(tmp_path, server)
        assert not server.requests
    check_refused(tmp_path, result, "OPENAI_API_KEY is not set", "vllm:NAME")
    assert not (tmp_path / "run").exists()


def test_a_wrong_key(tmp_path: Path) -> None:
    with serve(ServerOptions(api_key="another")) as server:
        result = evolve(tmp_path, server)
        # The models are listed to everybody, as many servers do: it shows with the first calls.
        assert server.answered == 0
    check_refused(tmp_path, result, "refused the key in OPENAI_API_KEY: Incorrect API key")
    assert not (tmp_path / "run").exists()


def test_a_folder_that_was_there_outlives_a_refused_start(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "notes.txt").write_text("mine")
    with serve(ServerOptions(api_key="another")) as server:
        check_refused(tmp_path, evolve(tmp_path, server), "Incorrect API key")
    assert (tmp_path / "run" / "notes.txt").read_text() == "mine"
    assert read_jsonl(tmp_path / "run" / "evolved.jsonl") == plain(3)


@pytest.mark.parametrize("client", get_args(Client))
def test_a_key_with_a_line_end_is_trimmed_with_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-key\n")
    with serve(ServerOptions(api_key="sk-secret-key")) as server:
        data = write_jsonl(tmp_path / "data.jsonl", plain(3))
        options = ["--out", tmp_path / "run", "--client", client, *at(server)]
        result = coevol("evolve", data, *options)
        assert result.code == 0, result.err
        assert {each.authorization for each in server.requests} == {"Bearer sk-secret-key"}
    assert "OPENAI_API_KEY: the line end or space around it was left out\n" in result.err
    assert "secret" not in result.err


def test_a_key_with_a_line_end_within_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-sec\nret")
    with serve() as server:
        result = evolve(tmp_path, server)
        check_refused(tmp_path, result, server.base_url, "control character")
        assert not server.requests


def test_a_model_that_the_endpoint_does_not_have(tmp_path: Path) -> None:
    with serve(ServerOptions(models=("small", "large"))) as server:
        result = evolve(tmp_path, server)
        assert len(server.requests) <= 1  # some endpoints know more models than they list
    check_refused(tmp_path, result, "'test-model'", "small, large", server.base_url)


def test_nobody_at_the_address_then_somebody(tmp_path: Path) -> None:
    with serve() as server:
        server.stop()
        result = evolve(tmp_path, server)
        check_refused(tmp_path, result, server.base_url, "no answer", "--base-url")
        assert not (tmp_path / "run").exists()
        server.start()
        assert evolve(tmp_path, server).code == 0
    assert read_jsonl(tmp_path / "run" / "evolved.jsonl") == evolved(plain(3))


@pytest.mark.parametrize(
    "address",
    ["no address", "http://[::1", "http://127.0.0.1:x/v1", "http:///v1", "http://a..b/v1"],
)
def test_no_address(tmp_path: Path, address: str) -> None:
    with serve() as server:
        result = evolve(tmp_path, server, "--base-url", address)
        check_refused(tmp_path, result, f"{address}: not an HTTP address", "--base-url")


def test_a_wrong_path_at_the_address_can_be_put_right(tmp_path: Path) -> None:
    with serve() as server:
        wrong = server.base_url.removesuffix("/v1") + "/api"
        data = write_jsonl(tmp_path / "data.jsonl", plain(3))
        model = ["--model", "openai:test-model", "--base-url", wrong, "--quiet"]
        result = coevol("evolve", data, "--out", tmp_path / "run", *model)
        check_refused(tmp_path, result, "No such path: /api/chat/completions")
        assert not server.requests
        # Nothing came of it, so the same folder takes the right address.
        assert evolve(tmp_path, server).code == 0


def test_resume_without_a_run(tmp_path: Path) -> None:
    result = coevol("resume", tmp_path)
    assert result.code == 2
    assert_one_line(result.err, "no run in this folder", "coevol evolve")
    assert not list(tmp_path.iterdir()), "looking for a run must not make one"


def test_a_spoiled_run_file(tmp_path: Path) -> None:
    with serve() as server:
        assert evolve(tmp_path, server).code == 0
    (tmp_path / "run" / "run.yaml").write_text("a: {\n", "utf-8")
    result = coevol("resume", tmp_path / "run")
    assert result.code == 2
    assert_one_line(result.err, "run.yaml", "not a run's settings")


def test_nobody_can_be_asked_in_a_run(tmp_path: Path) -> None:
    with serve() as server:
        assert evolve(tmp_path, server).code == 0
    settings = tmp_path / "run" / "run.yaml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace("human_verdict: false", "human_verdict: true"), "utf-8")
    assert settings.read_text("utf-8") != text
    result = coevol("resume", tmp_path / "run", "--quiet")
    check_refused(tmp_path, result, "human_verdict", "leave it out")
