"""The loopback model as the openai client sees it: answers, refusals, limits."""

import json
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam

from tests.support.answers import answer
from tests.support.server import ServerOptions, serve
from tests.support_tests.conftest import Connect

HELLO: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Say  something.\n"}]
ROOT = Path(__file__).parents[2]
SAID = answer([{"role": "user", "content": "Say something."}])


def test_answer_usage_and_record(connect: Connect) -> None:
    with serve() as server:
        reply = connect(server).chat.completions.create(model="test-model", messages=HELLO)
    assert reply.choices[0].message.content == SAID
    assert (reply.model, reply.choices[0].finish_reason) == ("test-model", "stop")
    assert reply.usage is not None
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (2, len(SAID.split()))
    (request,) = server.requests
    assert (request.status, request.answer, request.task) == (200, SAID, "unknown")
    assert request.messages == HELLO
    assert request.finished is not None
    assert request.arrived <= request.finished


def test_max_tokens_cuts(connect: Connect) -> None:
    with serve() as server:
        reply = connect(server).chat.completions.create(
            model="test-model", messages=HELLO, max_completion_tokens=5
        )
    assert reply.choices[0].finish_reason == "length"
    assert reply.choices[0].message.content == " ".join(SAID.split()[:5])


@pytest.mark.parametrize("stop", [".", ["never said", "."]])
def test_stop_ends_the_text_before_it(connect: Connect, stop: Any) -> None:
    with serve() as server:
        reply = connect(server).chat.completions.create(
            model="test-model", messages=HELLO, stop=stop
        )
    assert reply.choices[0].finish_reason == "stop"
    assert reply.choices[0].message.content == SAID.partition(".")[0]


def test_stream(connect: Connect) -> None:
    with serve(ServerOptions(seconds_per_token=0.0005)) as server:
        chunks = list(
            connect(server).chat.completions.create(
                model="test-model",
                messages=HELLO,
                stream=True,
                stream_options={"include_usage": True},
            )
        )
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == SAID
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == len(SAID.split())
    assert (server.answered, server.requests[0].status) == (1, 200)


def test_models_and_unknown_model(connect: Connect) -> None:
    with serve(ServerOptions(models=("one", "two"))) as server:
        client = connect(server)
        assert [model.id for model in client.models.list()] == ["one", "two"]
        with pytest.raises(openai.NotFoundError, match="`three` does not exist"):
            client.chat.completions.create(model="three", messages=HELLO)
    assert (server.answered, server.refused) == (0, 1)


def test_key(connect: Connect) -> None:
    with serve(ServerOptions(api_key="right")) as server:
        with pytest.raises(openai.AuthenticationError):
            connect(server, key="wrong").chat.completions.create(model="test-model", messages=HELLO)
        connect(server, key="right").chat.completions.create(model="test-model", messages=HELLO)
    assert [request.status for request in server.requests] == [401, 200]


def test_rate_limit_says_when_to_come_back(connect: Connect) -> None:
    with serve(ServerOptions(requests_per_second=1, retry_after=0.25)) as server:
        client = connect(server)
        client.chat.completions.create(model="test-model", messages=HELLO)
        with pytest.raises(openai.RateLimitError) as caught:
            client.chat.completions.create(model="test-model", messages=HELLO)
    assert caught.value.response.headers["retry-after"] == "0.25"


def test_context_length(connect: Connect) -> None:
    with (
        serve(ServerOptions(max_prompt_words=1)) as server,
        pytest.raises(openai.BadRequestError) as caught,
    ):
        connect(server).chat.completions.create(model="test-model", messages=HELLO)
    assert caught.value.code == "context_length_exceeded"
    assert "maximum context length is 1 tokens. However, your messages resulted in 2" in str(
        caught.value
    )


@pytest.mark.parametrize("role", ["system", "developer"])
def test_no_system_role(connect: Connect, role: Any) -> None:
    messages: list[Any] = [{"role": role, "content": "Be kind."}, *HELLO]
    with serve(ServerOptions(system_role=False)) as server:
        client = connect(server)
        with pytest.raises(openai.BadRequestError, match="System role not supported"):
            client.chat.completions.create(model="test-model", messages=messages)
        client.chat.completions.create(model="test-model", messages=HELLO)


def test_slots_serve_in_order_of_arrival(connect: Connect) -> None:
    with serve(ServerOptions(slots=2, latency=0.2)) as server, ThreadPoolExecutor(6) as pool:
        client = connect(server)

        def call(number: int) -> None:
            client.chat.completions.create(
                model="test-model", messages=[{"role": "user", "content": str(number)}]
            )

        calls: list[Future[None]] = []
        for number in range(6):
            calls.append(pool.submit(call, number))
            # One after the other: a call queues for a slot when its body is there.
            while sum(bool(request.body) for request in server.requests) < len(calls):
                time.sleep(0.001)
        for done in calls:
            done.result()
    starts = [request.started or 0.0 for request in server.requests]
    assert starts == sorted(starts)
    assert server.peak_in_flight > 2
    at_work = [sum(other.works_at(at) for other in server.requests) for at in starts]
    assert max(at_work) == 2
    assert server.distinct == 6


def test_change_down_and_restart(connect: Connect) -> None:
    with serve() as server:
        client, url = connect(server), server.base_url
        server.change(down=True)
        with pytest.raises(openai.InternalServerError):
            client.chat.completions.create(model="test-model", messages=HELLO)
        server.stop()
        with pytest.raises(openai.APIConnectionError):
            client.chat.completions.create(model="test-model", messages=HELLO)
        server.change(down=False)
        server.start()
        assert server.base_url == url
        client.chat.completions.create(model="test-model", messages=HELLO)
    assert (server.answered, server.refused) == (1, 1)


def test_as_a_process(connect: Connect) -> None:
    command = [sys.executable, "-m", "tests.support.server", "--slots", "3", "--latency", "0.01"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        root = ready["base_url"].removesuffix("/v1")
        with openai.OpenAI(base_url=ready["base_url"], api_key="k", max_retries=0) as client:
            client.chat.completions.create(model="test-model", messages=HELLO)
            _post(f"{root}/control", {"down": True, "faults": {"seed": 3}})
            with pytest.raises(openai.InternalServerError):
                client.chat.completions.create(model="test-model", messages=HELLO)
        with urllib.request.urlopen(f"{root}/stats") as response:
            stats = json.load(response)
        process.terminate()
    assert process.returncode == 0
    assert (stats["answered"], stats["refused"], stats["distinct"]) == (1, 1, 1)
    assert 0.01 <= stats["busy_slot_seconds"] <= stats["last_finish"] - stats["first_arrival"]


def _post(url: str, body: dict[str, Any]) -> None:
    request = urllib.request.Request(url, json.dumps(body).encode(), method="POST")
    urllib.request.urlopen(request).close()
