"""Whom actors call, and with what: headers, several addresses, and models that are objects."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.runners.commands import KEY, at, coevol, contents, ended, repeated, started, wait_until
from tests.runners.datasets import alpacas, evolved, plain, read_jsonl
from tests.runners.run.ray.runs import PATIENCE, assert_same, on_its_own
from tests.support.rows import write_jsonl
from tests.support.server import Server, ServerOptions, serve

pytestmark = pytest.mark.slow

SECRET = "s3cret-of-the-gateway"


def test_several_addresses_with_headers_and_one_of_them_dies(
    tmp_path: Path, on_ray: list[str], ray_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL", SECRET)
    rows = alpacas(40)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    slowly = ServerOptions(latency=0.5)  # else the first actor is done before the second begins
    with serve(slowly) as one, serve(slowly) as two:
        to_both = ["--base-url", one.base_url, "--base-url", two.base_url, "--concurrency", 4]
        options = ["--model", "openai:test-model", *to_both, "--header", "X-Key=Bearer $PORTAL"]
        with started("evolve", data, "--out", run, *options, *on_ray) as process:
            wait_until(lambda: one.peak_in_flight == two.peak_in_flight == 4, PATIENCE)
            for each in (one, two):
                each.change(latency=0.02)
            wait_until(lambda: two.answered >= 60, PATIENCE)
            two.stop()
            result = ended(process, PATIENCE)
        assert result.code == 0, result.err
        assert (one.peak_in_flight, two.peak_in_flight) == (4, 4)  # of both actors together
        calls = [*one.requests, *two.requests]
        assert {call.headers.get("x-key") for call in calls} == {f"Bearer {SECRET}"}
        assert (repeated(one), repeated(two)) == (0, 0)
    assert read_jsonl(run / "evolved.jsonl") == evolved(rows)
    assert SECRET not in result.err
    for folder in (run, ray_folder):
        assert [path for path, content in contents(folder) if SECRET.encode() in content] == []


def test_actors_go_by_what_the_greeting_has_found_out(tmp_path: Path, on_ray: list[str]) -> None:
    data, one = write_jsonl(tmp_path / "data.jsonl", alpacas(8)), tmp_path / "one"
    refused = ServerOptions(refused=("temperature", "stop"), forbidden=("max_completion_tokens",))
    with serve(refused) as server:
        start = ["evolve", data, *at(server), "--economy"]
        stopped = on_its_own(*start, "--out", one, "--max-tokens-total", 9000, *on_ray)
        assert stopped.code == 4, stopped.err
        for result in (
            on_its_own("resume", one, *on_ray, "--max-tokens-total", 10**9),
            coevol(*start, "--out", tmp_path / "other"),
        ):
            assert result.code == 0, result.err
            assert "calls go without temperature, stop and calls carry max_completion" in result.err
        assert (server.refused, repeated(server)) == (0, server.distinct)
        assert {name for each in server.requests for name in each.body} == {
            *("model", "messages", "top_p", "max_tokens")
        }
    assert_same(one, tmp_path / "other")


def test_actors_ask_for_tiers_and_go_on_to_the_next(tmp_path: Path, on_ray: list[str]) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(10))
    tiers = ["--rounds", 1, "--tier", "flex,standard", "--tier-patience", 0]
    with serve() as server:
        for name, short in (("there", ()), ("short", ("flex",))):
            server.change(short_tiers=short)
            start = ["evolve", data, "--out", tmp_path / name, *at(server), *tiers, *on_ray]
            result = on_its_own(*start)
            assert result.code == 0, result.err
        answered = [each.body["service_tier"] for each in server.requests if each.status == 200]
        refused = [each.body["service_tier"] for each in server.requests if each.status != 200]
        half = server.answered // 2
        assert Counter(answered) == {"flex": half, "default": half}
        assert set(refused) == {"flex"}
    told = json.loads((tmp_path / "there" / "summary.json").read_text())
    assert [(each["tier"], each["answered"]) for each in told["calls_by_tier"]] == [("flex", half)]
    assert_same(tmp_path / "short", tmp_path / "there")


OWN_MODEL = """
import httpx
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, convert_to_openai_messages
from langchain_core.outputs import ChatGeneration, ChatResult
from runners import evolve

class Mine(BaseChatModel):
    url: str
    key: str

    @property
    def _llm_type(self):
        return "mine"

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        body = dict(model="test-model", messages=convert_to_openai_messages(messages))
        headers = dict(Authorization="Bearer " + self.key)
        reply = httpx.post(self.url + "/chat/completions", json=body, headers=headers).json()
        message = AIMessage(reply["choices"][0]["message"]["content"])
        return ChatResult(generations=[ChatGeneration(message=message)])

model = Mine(url={url!r}, key={key!r}, name="mine")
options = dict(engine="ray", ray_address={address!r}, actors=1, rounds=1)
print(evolve({data!r}, {run!r}, model=model, **options).counts)
"""


def test_a_model_of_a_class_that_the_script_itself_defines(
    tmp_path: Path, on_ray: list[str], ray_address: str, ray_folder: Path, server: Server
) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(4)), tmp_path / "run"
    script = OWN_MODEL.format(
        url=server.base_url, key=KEY, address=ray_address, data=str(data), run=str(run)
    )
    python = [sys.executable, "-c", script]
    done = subprocess.run(python, capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, "")
    assert "finished=4" in done.stdout
    assert {request.authorization for request in server.requests} == {f"Bearer {KEY}"}
    assert read_jsonl(run / "evolved.jsonl") == evolved(plain(4), 1)
    for folder in (run, ray_folder):
        assert [path for path, content in contents(folder) if KEY.encode() in content] == []
