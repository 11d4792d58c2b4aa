"""Keys are in the environment and nowhere else, whatever an endpoint says about them."""

import json
from base64 import b64encode
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import get_args

import pytest

from nodes.models.errors import without_secrets
from runners.calls.call_options import Client
from tests.runners.commands import KEY, assert_one_line, at, coevol, contents
from tests.runners.datasets import plain
from tests.runners.tracing.traced import environment, tracing
from tests.support.langsmith_server import KEY as LANGSMITH_KEY
from tests.support.replies import openai
from tests.support.rows import write_jsonl
from tests.support.server import Faults, ServerOptions, serve

ODD_KEY = "Zx81-not-like-other-keys"


class Gossip(BaseHTTPRequestHandler):
    """Repeats the caller's key in every refusal."""

    status = 400

    def do_GET(self) -> None:
        self.say(200, {"data": [{"id": "test-model"}]})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        message = f"Your key is {self.headers['Authorization']}."
        self.say(self.status, {"error": {"message": message, "code": "gossip"}})

    def say(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def gossip(status: int) -> Generator[str]:
    """The address of a server that refuses with this status."""
    handler = type("Handler", (Gossip,), {"status": status})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        server.shutdown()


@pytest.mark.parametrize("key", [KEY, ODD_KEY])
@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_no_key_is_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, key: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(2)), tmp_path / "run"
    with gossip(status) as address:
        options = ["--attempts", 1, "--give-up-after", 0.01, "--json"]
        model = ["--model", "openai:test-model", "--base-url", address]
        result = coevol("evolve", data, "--out", run, *model, *options)
    assert result.code in (2, 3, 4)
    check_nowhere(key, run, result.out + result.err)
    failures = run / "failures.jsonl"  # not there if the start was refused
    told = result.out + result.err + (failures.read_text() if failures.exists() else "")
    assert "Your key is" in told  # all else that the endpoint says is passed on


def check_nowhere(key: str, folder: Path, said: str) -> None:
    assert key not in said
    assert [path for path, content in contents(folder) if key.encode() in content] == []


def test_no_key_is_written_down(tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(3)), tmp_path / "run"
    faults = Faults(error_500=0.1, reset=0.1, html=0.1)
    with serve(ServerOptions(api_key=KEY, faults=faults)) as server:
        result = coevol("evolve", data, "--out", run, "--cache", tmp_path / "c.db", *at(server))
        assert result.code == 0, result.err
    check_nowhere(KEY, tmp_path, result.out + result.err)


PASSWORDS = {"model": "pw-model-4711", "langsmith": "pw-langsmith-4712"}


def with_password(address: str, whose: str) -> str:
    return address.replace("://", f"://me:{PASSWORDS[whose]}@")


@pytest.mark.parametrize("status", [None, 400, 500])
def test_no_key_is_in_a_trace_or_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int | None
) -> None:
    """Everything that a traced run, a push and an experiment write, say and send."""
    monkeypatch.setenv("OPENAI_API_KEY", ODD_KEY)
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(3)), tmp_path / "run"
    with ExitStack() as stack:
        langsmith = stack.enter_context(tracing())
        address = with_password(langsmith.url, "langsmith")
        stack.enter_context(environment({"LANGSMITH_ENDPOINT": address}))
        server = stack.enter_context(serve(ServerOptions(api_key=ODD_KEY)))
        url = stack.enter_context(gossip(status)) if status else server.base_url
        model = ["--model", "openai:test-model", "--base-url", url, "--attempts", 1]
        said = [coevol("evolve", data, "--out", run, "--give-up-after", 0.01, *model)]
        said += [coevol("langsmith", "push", run), coevol("langsmith", "evaluate", "run", *model)]
        langsmith.fault = "403"
        said += [coevol("evolve", data, "--out", tmp_path / "other", *model)]
        said += [coevol("langsmith", "push", run)]
        sent = b"".join(langsmith.bodies).decode()
        assert len(langsmith.traces.roots()) >= 3
    told = "".join(result.out + result.err for result in said) + sent
    if status == 400:
        assert "Your key is" in sent  # the endpoint's words are in the trace, without the key
    for secret in (ODD_KEY, LANGSMITH_KEY, LANGSMITH_KEY[-8:], *PASSWORDS.values()):
        check_nowhere(secret, tmp_path, told)


@pytest.mark.parametrize("where", ["--base-url", "OPENAI_BASE_URL", "--set"])
def test_an_address_with_a_password_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(1))
    with serve() as server:
        address = with_password(server.base_url, "model")
        options = ["--model", "openai:test-model"]
        if where == "OPENAI_BASE_URL":
            monkeypatch.setenv(where, address)
        elif where == "--set":
            options += [*at(server), where, f"judge.base_url={address}"]
        else:
            options += [where, address]
        result = coevol("evolve", data, "--out", tmp_path / "run", *options)
        assert server.requests == []
    assert result.code == 2
    told = ("must not have a user name or password", "OPENAI_API_KEY", "OPENAI_BASIC_AUTH")
    assert_one_line(result.err, *told)
    check_nowhere(PASSWORDS["model"], tmp_path, result.out + result.err)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("client", get_args(Client))
@pytest.mark.parametrize("provider", ["openai", "vllm"])
def test_basic_authentication_is_in_the_environment_and_written_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, provider: str, client: str
) -> None:
    monkeypatch.setenv(f"{provider.upper()}_BASIC_AUTH", "mill:grind-it-small\n")
    monkeypatch.delenv("OPENAI_API_KEY")
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(2)), tmp_path / "run"
    encoded = b64encode(b"mill:grind-it-small").decode()
    refusal = openai(400, f"Who says mill:grind-it-small, or Basic {encoded}?", word="row")
    with serve(ServerOptions(replies=(refusal,))) as server:
        model = at(server, f"{provider}:test-model")
        result = coevol("evolve", data, "--out", run, "--client", client, *model)
        assert result.code == 3, result.err
        assert {each.authorization for each in server.requests} == {f"Basic {encoded}"}
    assert "_BASIC_AUTH: the line end or space around it was left out" in result.err
    for secret in ("grind-it-small", encoded):
        check_nowhere(secret, tmp_path / "run", result.out + result.err)


def test_what_looks_like_a_key_is_cut() -> None:
    assert without_secrets("provided: sk-abcdef123456.") == "provided: sk-..."
    assert without_secrets("Authorization: Bearer abc.def.ghi") == "Authorization: Bearer ..."
    assert without_secrets("Incorrect API key provided") == "Incorrect API key provided"
