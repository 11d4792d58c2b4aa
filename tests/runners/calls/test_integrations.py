"""Providers through LangChain's own packages, against a loopback endpoint in their own protocols.

The packages and the SDKs under them are the real ones, and so is the way to the endpoint.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from nodes.models.dialects import known_dialect
from nodes.models.providers import INTEGRATIONS
from nodes.models.settings import ModelSettings
from runners.calls.faults import understand
from runners.calls.kinds import Kind
from runners.calls.prices import price_of
from runners.run.ray.environment import deciding_variables
from tests.runners.commands import KEY, Result, assert_one_line, at, coevol, contents
from tests.runners.datasets import alpacas, evolved, plain, read_jsonl
from tests.support.replies import openai as refusal
from tests.support.rows import write_jsonl
from tests.support.server import Faults, Server, ServerOptions, serve
from tests.support.thoughts import THOUGHT

KEYS = {
    "anthropic": "ANTHROPIC_API_KEY",
    "google_genai": "GOOGLE_API_KEY",
    "mistralai": "MISTRAL_API_KEY",
    "bedrock_converse": "AWS_SECRET_ACCESS_KEY",
}
TESTED = sorted(KEYS)
ROWS = alpacas(5)
MODEL = "test-model"


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in KEYS.values():
        monkeypatch.setenv(variable, KEY)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "someone")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


def through(provider: str, server: Server) -> list[str]:
    """The options that lead to a loopback model in a provider's protocol."""
    version = "/v1" if provider == "mistralai" else ""
    address = f"http://127.0.0.1:{server.port}{version}"
    return ["--model", f"{provider}:{MODEL}", "--base-url", address]


def evolve(
    folder: Path, provider: str, server: Server, *options: object, rows: Any = ROWS
) -> Result:
    folder.mkdir(exist_ok=True)
    data, out = write_jsonl(folder / "data.jsonl", rows), folder / "run"
    return coevol("evolve", data, "--out", out, *through(provider, server), *options)


def summary_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "run" / "summary.json").read_bytes())


def records_of(folder: Path) -> list[dict[str, Any]]:
    return read_jsonl(folder / "run" / "evolutions.jsonl")


def bodies(server: Server) -> list[dict[str, Any]]:
    """What calls carried beside model and messages, the same for all."""
    entries = [{**each.body} for each in server.requests]
    for body in entries:
        del body["model"], body["messages"]
    return entries


@pytest.fixture(scope="module")
def plainly(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """evolved.jsonl of the rows by the same model in OpenAI's protocol."""
    folder = tmp_path_factory.mktemp("plainly")
    data, out = write_jsonl(folder / "data.jsonl", ROWS), folder / "run"
    with serve() as server:
        assert coevol("evolve", data, "--out", out, *at(server, f"vllm:{MODEL}")).code == 0
    return (out / "evolved.jsonl").read_bytes()


@pytest.mark.parametrize("provider", sorted({*KEYS} - {"bedrock_converse"}))
def test_a_key_with_a_line_end_is_trimmed_with_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    monkeypatch.setenv(KEYS[provider], f" {KEY}\n")
    with serve(ServerOptions(api_key=KEY)) as server:
        result = evolve(tmp_path, provider, server, "--rounds", 1, rows=plain(1))
        assert result.code == 0, result.err
        assert {each.authorization for each in server.requests} == {f"Bearer {KEY}"}
    assert f"{KEYS[provider]}: the line end or space around it was left out\n" in result.err
    monkeypatch.setenv(KEYS[provider], "\n")
    with serve() as server:
        result = evolve(tmp_path / "none", provider, server, "--quiet")
    assert result.code == 2
    assert_one_line(result.err, f"{KEYS[provider]} is not set")


def test_aws_keys_with_line_ends_are_trimmed_with_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "someone\n")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", f"{KEY}\n")
    with serve() as server:
        result = evolve(tmp_path, "bedrock_converse", server, "--rounds", 1, rows=plain(1))
        assert result.code == 0, result.err
        [signed] = {(each.authorization or "").partition("/")[0] for each in server.requests}
    assert signed == "AWS4-HMAC-SHA256 Credential=someone"
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        assert f"{variable}: the line end or space around it was left out\n" in result.err


def test_two_ways_to_log_in_to_aws_are_one_too_many_for_anthropics_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", KEY)
    data, out = write_jsonl(tmp_path / "data.jsonl", ROWS), tmp_path / "run"
    model = f"anthropic_bedrock:{MODEL}"
    result = coevol("evolve", data, "--out", out, "--quiet", "--model", model)
    assert (result.code, out.exists()) == (2, False)
    words = "AWS_ACCESS_KEY_ID and AWS_BEARER_TOKEN_BEDROCK are set"
    assert_one_line(result.err, model, words, "unset the other")


@pytest.mark.parametrize("provider", TESTED)
def test_rows_come_out_as_through_openais_protocol(
    tmp_path: Path, provider: str, plainly: bytes
) -> None:
    with serve() as server:
        for name in ("one", "two"):  # each run has an event loop, and connections, of its own
            result = evolve(tmp_path / name, provider, server, "--cache", tmp_path / f"{name}.db")
            assert result.code == 0, result.err
            assert (tmp_path / name / "run" / "evolved.jsonl").read_bytes() == plainly
        body = bodies(server)[0]
        assert (body["temperature"], body["top_p"], body["max_tokens"]) == (0, 1, 1000)
        assert server.requests[0].authorization == f"Bearer {KEY}" or provider == "bedrock_converse"
        paid = server.answered
        assert (
            evolve(tmp_path / "three", provider, server, "--cache", tmp_path / "one.db").code == 0
        )
        assert server.answered - paid == sum(not (r.answer or "").strip() for r in
                                             server.requests[paid:])  # fmt: skip
    usage = summary_of(tmp_path / "one")["calls"]
    assert usage["input_tokens"] > 0
    assert usage["output_tokens"] > 0
    assert {r["rounds"][0]["edit"]["model"] for r in records_of(tmp_path / "one")} == {MODEL}


OTHER_WAYS: dict[str, tuple[str, str | None, dict[str, str]]] = {
    "Claude, as Bedrock has it": ("bedrock:anthropic.m", "--base-url", {}),
    "Bedrock by Anthropic's SDK": ("anthropic_bedrock:m", "ANTHROPIC_BEDROCK_BASE_URL", {}),
    "Gemini as Vertex AI": (
        "google_genai:m", "--base-url", {"GOOGLE_GENAI_USE_VERTEXAI": "true"}
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_other_ways_to_the_same_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plainly: bytes, way: str
) -> None:
    model, address, variables = OTHER_WAYS[way]
    data, run = write_jsonl(tmp_path / "data.jsonl", ROWS), tmp_path / "run"
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with serve(ServerOptions(models=("m", "anthropic.m"))) as server:
        url = f"http://127.0.0.1:{server.port}"
        if address != "--base-url":
            monkeypatch.setenv(str(address), url)
        given = [address, url] if address == "--base-url" else []
        result = coevol("evolve", data, "--out", run, "--model", model, *given)
        assert result.code == 0, result.err
        assert len(server.greetings) == 1
    assert (run / "evolved.jsonl").read_bytes() == plainly


def test_an_address_that_a_client_does_not_take_is_refused(tmp_path: Path) -> None:
    """Else the prompts would go elsewhere than was said."""
    with serve() as server:
        result = evolve(tmp_path, "anthropic_bedrock", server)
        assert (result.code, server.requests, server.greetings) == (2, [], [])
    assert_one_line(result.err, "its client takes no --base-url; ANTHROPIC_BEDROCK_BASE_URL")


@pytest.mark.parametrize("provider", ["anthropic", "google_genai", "bedrock_converse"])
def test_thinking_is_kept_beside_the_answer(tmp_path: Path, provider: str, plainly: bytes) -> None:
    with serve(ServerOptions(thinking="reasoning_content")) as server:
        assert evolve(tmp_path, provider, server).code == 0
    assert (tmp_path / "run" / "evolved.jsonl").read_bytes() == plainly
    edits = [each["rounds"][0]["edit"] for each in records_of(tmp_path)]
    assert {edit["thinking"] for edit in edits} == {THOUGHT}
    if provider == "google_genai":
        assert {edit["reasoning_tokens"] for edit in edits} == {len(THOUGHT.split())}


@pytest.mark.parametrize("provider", ["anthropic", "google_genai", "bedrock_converse"])
def test_what_came_from_a_cache_is_counted_once(tmp_path: Path, provider: str) -> None:
    """Anthropic and Bedrock leave it out of the prompt's tokens, Google has it in them."""
    with serve(ServerOptions(cache="openai")) as server:
        assert evolve(tmp_path, provider, server, rows=plain(2)).code == 0
        given = server.stats()["prompt_words"]
    calls = summary_of(tmp_path)["calls"]
    assert calls["input_tokens"] == given
    assert calls["cached_share"] == pytest.approx(0.5, abs=0.01)
    written = calls["cache_written_tokens"] / given
    assert written == pytest.approx(0 if provider == "google_genai" else 0.25, abs=0.02)


@pytest.mark.parametrize("client", ["anthropic", "bedrock_converse"])
def test_what_is_written_for_an_hour_is_counted_apart(tmp_path: Path, client: str) -> None:
    ask = '{"type": "ephemeral", "ttl": "1h"}'
    asked = ["--param", f"cache_control={ask}"] if client == "anthropic" else []
    price = ["--price", "input=1,cached=0.1,cache_write=1.25,cache_write_1h=2,output=10"]
    with serve(ServerOptions(cache="hour")) as server:
        assert evolve(tmp_path, client, server, *asked, *price, rows=plain(2)).code == 0
        if asked:
            assert {each.get("cache_control", {}).get("ttl") for each in bodies(server)} == {"1h"}
        given = server.stats()["prompt_words"]
    calls = summary_of(tmp_path)["calls"]
    cached, written, hour = (
        calls[f"{kind}_tokens"] for kind in ("cached", "cache_written", "cache_written_1h")
    )
    assert (calls["input_tokens"], 0 < hour < written) == (given, True)
    assert hour == pytest.approx(2 / 3 * written, rel=0.02)
    cost = given - cached - written + 0.1 * cached + 1.25 * (written - hour) + 2 * hour
    assert calls["cost_usd"] == pytest.approx((cost + 10 * calls["output_tokens"]) / 1e6)


@pytest.mark.parametrize("provider", ["anthropic", "google_genai", "bedrock_converse"])
def test_an_answer_that_is_all_thinking_is_bought_once(tmp_path: Path, provider: str) -> None:
    options = ServerOptions(thinking="reasoning_content", thinks_only=("editor",))
    with serve(options) as server:
        assert evolve(tmp_path, provider, server, rows=plain(3)).code == 0
        assert [each.task for each in server.requests].count("editor") == 3
    assert summary_of(tmp_path)["stop_reasons"] == {"edit_unfinished": 3}


@pytest.mark.parametrize("status", [429, 503, 529])
@pytest.mark.parametrize("provider", TESTED)
def test_who_is_busy_is_waited_for(
    tmp_path: Path, provider: str, status: int, plainly: bytes
) -> None:
    """By coevol alone: the SDK would send what is refused again by itself."""
    busy = refusal(status, "Too many.", until=5, headers={"Retry-After": "0"})
    with serve(ServerOptions(replies=(busy,))) as server:
        result = evolve(tmp_path, provider, server, "--attempts", 1)
        assert result.code == 0, result.err
        assert server.refused == 5
    assert (tmp_path / "run" / "evolved.jsonl").read_bytes() == plainly


@pytest.mark.parametrize("provider", TESTED)
def test_a_wait_that_is_told_is_kept_to(tmp_path: Path, provider: str) -> None:
    """A wait that is longer than anyone has patience for ends the run, and says so."""
    busy = refusal(429, "Too many.", headers={"Retry-After": "7200"})
    with serve(ServerOptions(replies=(busy,))) as server:
        result = evolve(tmp_path, provider, server, "--concurrency", 1)
        assert (result.code, len(server.requests)) == (4, 1)
    assert "back in 2:00:00" in result.err


@pytest.mark.parametrize("provider", ["anthropic", "google_genai", "mistralai"])
def test_a_key_that_is_refused_ends_the_run(tmp_path: Path, provider: str) -> None:
    with serve(ServerOptions(api_key="another")) as server:
        result = evolve(tmp_path, provider, server, "--quiet", "--concurrency", 1)
        assert (result.code, len(server.requests)) == (2, 1)
    assert_one_line(result.err, f"{provider}:{MODEL}: ", "API key")
    assert KEY not in result.err
    assert not [path for path, content in contents(tmp_path) if KEY.encode() in content]


@pytest.mark.parametrize("provider", TESTED)
def test_a_row_that_is_refused_costs_itself_alone(tmp_path: Path, provider: str) -> None:
    rows = plain(3)
    rows[1]["output"] = "poison " * 3
    with serve(ServerOptions(poison="poison", poison_status=400)) as server:
        assert evolve(tmp_path, provider, server, rows=rows).code == 3
    (failure,) = read_jsonl(tmp_path / "run" / "failures.jsonl")
    assert (failure["position"], failure["message"]) == (1, "The engine died of this prompt.")
    assert read_jsonl(tmp_path / "run" / "evolved.jsonl")[0] == evolved(rows)[0]


@pytest.mark.parametrize("provider", TESTED)
def test_answers_that_are_cut_off_never_win(tmp_path: Path, provider: str) -> None:
    with serve() as server:
        assert evolve(tmp_path, provider, server, "--max-tokens", 5, rows=plain(4)).code == 0
    assert summary_of(tmp_path)["stop_reasons"] == {"edit_truncated": 4}
    assert read_jsonl(tmp_path / "run" / "evolved.jsonl") == plain(4)


@pytest.mark.parametrize(
    ("provider", "reason"),
    [
        ("anthropic", "refusal"),
        ("google_genai", "SAFETY"),
        ("google_genai", "PROHIBITED_CONTENT"),
        ("bedrock_converse", "guardrail_intervened"),
    ],
)
def test_answers_that_are_filtered_never_win(tmp_path: Path, provider: str, reason: str) -> None:
    options = ServerOptions(cut_reason=reason, faults=Faults(length=1.0), faults_persist=True)
    with serve(options) as server:
        assert evolve(tmp_path, provider, server, rows=plain(4)).code == 0
    assert summary_of(tmp_path)["stop_reasons"] == {"edit_filtered": 4}


PARAMS = [
    ("anthropic", ["top_k=5", "service_tier=auto"], {"top_k": 5, "service_tier": "auto"}),
    ("google_genai", ["top_k=5", "seed=7"], {"topK": 5, "seed": 7}),
    ("mistralai", ["random_seed=7", "safe_prompt=true"], {"random_seed": 7, "safe_prompt": True}),
    ("bedrock_converse", ["top_k=5"], {"top_k": 5}),
]  # fmt: skip


@pytest.mark.parametrize(("provider", "params", "sent"), PARAMS)
def test_calls_carry_what_else_is_asked_for(
    tmp_path: Path, provider: str, params: list[str], sent: dict[str, Any]
) -> None:
    options = [each for param in params for each in ("--param", param)]
    with serve() as server:
        left_out = ("--temperature", "none", "--top-p", "none")
        result = evolve(tmp_path, provider, server, *options, *left_out, rows=plain(1))
        assert result.code == 0, result.err
        for body in bodies(server):
            assert sent.items() <= body.items()
            assert not {"temperature", "top_p"} & body.keys()


def test_an_entry_that_a_client_has_no_place_for_is_refused(tmp_path: Path) -> None:
    with serve() as server:
        result = evolve(tmp_path, "google_genai", server, "--param", "sede=7")
        assert (result.code, server.requests, server.greetings) == (2, [], [])
    assert_one_line(result.err, "its client has no entry sede")


@pytest.mark.parametrize("provider", TESTED)
def test_what_is_refused_is_learned(tmp_path: Path, provider: str, plainly: bytes) -> None:
    with serve(ServerOptions(refused=("temperature",))) as server:
        result = evolve(tmp_path, provider, server)
        assert (result.code, server.refused, len(server.greetings)) == (0, 0, 2), result.err
    assert "calls go without temperature" in result.err
    [learned] = yaml.safe_load((tmp_path / "run/run.yaml").read_text())["learned"].values()
    assert learned == {"temperature": None}
    assert (tmp_path / "run" / "evolved.jsonl").read_bytes() == plainly


@pytest.mark.parametrize("provider", sorted(INTEGRATIONS))
def test_a_missing_package_is_told_with_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    known = INTEGRATIONS[provider]
    for variable in known.keys[:1]:
        monkeypatch.setenv(variable, KEY)
    monkeypatch.delitem(sys.modules, known.module, raising=False)
    package = "langchain_anthropic" if provider == "anthropic" else known.module
    monkeypatch.setitem(sys.modules, package, None)
    with serve() as server:
        result = evolve(tmp_path, provider, server)
    assert (result.code, (tmp_path / "run").exists()) == (2, False)
    assert_one_line(result.err, f"{provider}:{MODEL}", f"pip install '{known.install}'")


@pytest.mark.parametrize("provider", ["anthropic", "google_genai", "mistralai"])
def test_a_missing_key_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    for variable in INTEGRATIONS[provider].keys:
        monkeypatch.delenv(variable, raising=False)
    with serve() as server:
        result = evolve(tmp_path, provider, server)
        assert (result.code, server.requests) == (2, [])
    assert_one_line(result.err, f"{KEYS[provider]} is not set")


def of_aws(status: int, code: str, words: str) -> ClientError:
    told: Any = {"Error": {"Code": code, "Message": words},
                 "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}}}  # fmt: skip
    return ClientError(told, "Converse")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (of_aws(429, "ThrottlingException", "Too many tokens, please wait."), Kind.THROTTLED),
        (of_aws(503, "ServiceUnavailableException", "Too busy."), Kind.BUSY),
        (of_aws(424, "ModelErrorException", "It failed."), Kind.TRANSIENT),
        (of_aws(408, "ModelTimeoutException", "It took too long."), Kind.TRANSIENT),
        (of_aws(400, "ValidationException", "The input is too long."), Kind.ROW),
        (of_aws(403, "AccessDeniedException", "You have no access."), Kind.REFUSED),
        (EndpointConnectionError(endpoint_url="https://x"), Kind.GONE),
        (NoCredentialsError(), Kind.RUN),
    ],
)
def test_what_aws_answers(error: Exception, kind: Kind) -> None:
    assert understand(error, answered_before=True).kind is kind


@pytest.mark.parametrize(
    ("model", "left_out"),
    [
        ("anthropic:claude-haiku-4-5", {"top_p"}),
        ("anthropic:claude-opus-4-8", {"temperature", "top_p"}),
        ("bedrock_converse:us.anthropic.claude-sonnet-5-v1:0", {"temperature", "top_p"}),
        ("google_genai:gemini-2.5-flash", set[str]()),
        ("google_genai:gemini-3.6-flash", {"temperature", "top_p"}),
    ],
)
def test_what_is_known_of_models_is_not_learned_again(model: str, left_out: set[str]) -> None:
    assert known_dialect(model, None) == dict.fromkeys(left_out)


@pytest.mark.parametrize("model", ["anthropic:claude-haiku-4-5", "google_genai:gemini-2.5-flash"])
def test_prices_are_known(model: str) -> None:
    assert price_of(ModelSettings(model=model)) is not None
    assert price_of(ModelSettings(model=model, base_url="http://localhost:1")) is None


def test_actors_have_their_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {name for each in INTEGRATIONS.values() for name in each.variables}
    for name in variables:
        monkeypatch.setenv(name, "x")
    assert variables | {"AWS_DEFAULT_REGION", *KEYS.values()} <= set(deciding_variables())
