"""Headers for gateways: they are sent, and what is in them is written nowhere."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from runners import evolve
from runners.errors import UsageError
from tests.runners.calls.evolving import Evolve
from tests.runners.commands import KEY, assert_one_line, at, coevol, contents
from tests.runners.datasets import plain
from tests.support.replies import openai as refusal
from tests.support.rows import write_jsonl
from tests.support.server import Server, ServerOptions, serve

SECRET = "s3cret-of-the-gateway"
GIVEN = ["--header", "X-Gateway-Auth=Bearer $PORTAL", "--header", "X-Team=${TEAM}"]


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL", SECRET)
    monkeypatch.setenv("TEAM", "mill")


def sent(server: Server) -> set[tuple[str | None, str | None]]:
    """What all calls carried."""
    headers = [each.headers for each in server.requests]
    return {(each.get("x-gateway-auth"), each.get("x-team")) for each in headers}


def check_nowhere(folder: Path, said: str) -> None:
    assert SECRET not in said
    assert [path for path, content in contents(folder) if SECRET.encode() in content] == []


def test_calls_carry_them_and_nothing_has_them(
    tmp_path: Path, evolve: Evolve, server: Server
) -> None:
    result = evolve(tmp_path, server, plain(2), *GIVEN)
    assert result.code == 0, result.err
    assert sent(server) == {(f"Bearer {SECRET}", "mill")}
    assert {each.authorization for each in server.requests} == {f"Bearer {KEY}"}
    check_nowhere(tmp_path, result.out + result.err)
    kept = yaml.safe_load((tmp_path / "run" / "run.yaml").read_text())["headers"]
    assert kept == {"X-Gateway-Auth": "Bearer $PORTAL", "X-Team": "${TEAM}"}


def test_one_may_stand_in_the_place_of_the_key(
    tmp_path: Path, evolve: Evolve, server: Server
) -> None:
    assert evolve(tmp_path, server, plain(1), "--header", "authorization=Key $PORTAL").code == 0
    assert {each.authorization for each in server.requests} == {f"Key {SECRET}"}


@pytest.mark.parametrize("provider", ["anthropic", "google_genai", "bedrock_converse"])
def test_clients_of_langchain_carry_them_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server, provider: str
) -> None:
    names = ("ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    for name in names:
        monkeypatch.setenv(name, KEY)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    data = write_jsonl(tmp_path / "data.jsonl", plain(1))
    address = ["--model", f"{provider}:test-model", "--base-url", f"http://127.0.0.1:{server.port}"]
    result = coevol("evolve", data, "--out", tmp_path / "run", *address, *GIVEN)
    assert result.code == 0, result.err
    assert sent(server) == {(f"Bearer {SECRET}", "mill")}


def test_a_resumed_run_has_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, evolve: Evolve, server: Server
) -> None:
    limited = ("--concurrency", "1", "--max-tokens-total", "9000")
    assert evolve(tmp_path, server, plain(3), *GIVEN, *limited).code == 4
    assert coevol("resume", tmp_path / "run").code == 0
    assert sent(server) == {(f"Bearer {SECRET}", "mill")}
    monkeypatch.delenv("PORTAL")
    assert coevol("status", tmp_path / "run").code == 0
    assert coevol("show", tmp_path / "run").code == 0


def test_a_resumed_run_may_have_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, evolve: Evolve, server: Server
) -> None:
    limited = ("--concurrency", "1", "--max-tokens-total", "9000")
    assert evolve(tmp_path, server, plain(3), *GIVEN, *limited).code == 4
    before = len(server.requests)
    monkeypatch.setenv("TEAM_2", "kiln")
    assert coevol("resume", tmp_path / "run", "--header", "X-Team=$TEAM_2").code == 0
    assert {each.headers.get("x-team") for each in server.requests[before:]} == {"kiln"}


def test_they_are_not_sent_to_a_roles_own_endpoint(
    tmp_path: Path, evolve: Evolve, server: Server
) -> None:
    with serve() as second:
        own = ("--set", f"judge.base_url={second.base_url}")
        assert evolve(tmp_path, server, plain(2), *GIVEN, *own).code == 0
        assert sent(second) == {(None, None)}
    assert sent(server) == {(f"Bearer {SECRET}", "mill")}


def test_where_no_call_can_carry_them_a_line_says_so(
    tmp_path: Path, evolve: Evolve, server: Server
) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(1))
    alone = coevol("evolve", data, "--out", tmp_path / "alone", "--model", "rehearsal", *GIVEN)
    assert (alone.code, "--header: not sent; calls to rehearsal carry none" in alone.err) == (
        0,
        True,
    )
    mixed = evolve(tmp_path, server, plain(1), *GIVEN, "--editor-model", "rehearsal")
    assert (mixed.code, "not sent" in mixed.err) == (0, False)
    assert sent(server) == {(f"Bearer {SECRET}", "mill")}


WRONG = {
    "no variable": ("X-Team=$NOBODY", "header X-Team: NOBODY is not set"),
    "a value": (f"X-Team={SECRET}", "X-Team: its value must stand in the environment"),
    "what the shell has read": ("X-Team=", "in quotes so that the shell leaves it"),
    "as curl has it": (f"X-Team: {SECRET}", "write NAME=$VARIABLE"),
    "a name that is none": ("X Team=$TEAM", "write NAME=$VARIABLE"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_refused_is_not_repeated(
    tmp_path: Path, evolve: Evolve, server: Server, case: str
) -> None:
    given, told = WRONG[case]
    result = evolve(tmp_path, server, plain(1), "--header", given, "--quiet")
    assert (result.code, server.requests) == (2, [])
    assert_one_line(result.err, told)
    check_nowhere(tmp_path / "run", result.err)
    printed = coevol("evolve", "x.json", "--out", "y", "--header", given, "--print-config")
    assert SECRET not in printed.out + printed.err


def test_an_endpoint_that_repeats_one_is_not_repeated(tmp_path: Path) -> None:
    reply = refusal(400, f"Bad header: Bearer {SECRET}")
    with serve(ServerOptions(replies=(reply,))) as server:
        data = write_jsonl(tmp_path / "data.jsonl", plain(1))
        result = coevol("evolve", data, "--out", tmp_path / "run", *at(server), *GIVEN)
    assert result.code == 3
    check_nowhere(tmp_path, result.out + result.err)
    assert "Bad header" in (tmp_path / "run" / "failures.jsonl").read_text()


@pytest.mark.parametrize("written", [["X-Team=$TEAM"], {"X-Team": "$TEAM"}])
def test_a_recipe_keeps_the_reference(tmp_path: Path, server: Server, written: Any) -> None:
    data, recipe = write_jsonl(tmp_path / "data.jsonl", plain(1)), tmp_path / "recipe.yaml"
    recipe.write_text(yaml.safe_dump({"header": written}))
    printed = coevol("evolve", data, "--config", recipe, *at(server), "--print-config").out
    assert yaml.safe_load(printed)["header"] == {"X-Team": "$TEAM"}
    again = tmp_path / "again.yaml"
    again.write_text(printed)
    assert coevol("evolve", "--config", again, "--out", tmp_path / "run").code == 0
    assert {each.headers.get("x-team") for each in server.requests} == {"mill"}


def test_python_has_them_as_a_dict(tmp_path: Path, server: Server) -> None:
    address: dict[str, Any] = {"model": "vllm:test-model", "base_url": server.base_url}
    evolve(plain(1), tmp_path / "run", header={"X-Team": "$TEAM"}, **address)
    assert {each.headers.get("x-team") for each in server.requests} == {"mill"}
    with pytest.raises(UsageError, match="header =: X-Team: its value must stand") as error:
        evolve(plain(1), tmp_path / "two", header={"X-Team": SECRET}, **address)
    assert SECRET not in str(error.value)
