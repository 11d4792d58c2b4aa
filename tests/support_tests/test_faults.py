"""What goes wrong when asked to, and that it goes right again."""

import json
from typing import Any

import openai
import pytest
from openai import OpenAI
from openai.types.chat import ChatCompletion, ChatCompletionMessageParam

from tests.support.faults import fault_of
from tests.support.server import Faults, Server, ServerOptions, serve
from tests.support.words import digest_of
from tests.support_tests.conftest import Connect

HELLO: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Say something."}]


def call(client: OpenAI, timeout: float = 5.0) -> ChatCompletion:
    return client.chat.completions.create(model="test-model", messages=HELLO, timeout=timeout)


def failing(retry_after: float = 0.01, **rates: Any) -> ServerOptions:
    """Fails once, then answers."""
    return ServerOptions(retry_after=retry_after, faults=Faults(attempts=1, **rates))


def check_recovered(server: Server, kind: str) -> None:
    assert server.stats()["faults"] == {kind: 1}
    assert (server.answered, server.distinct, server.refused) == (1, 1, 1)
    assert server.ledger.in_flight == 0


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("too_many", openai.RateLimitError),
        ("error_500", openai.InternalServerError),
        ("reset", openai.APIConnectionError),
    ],
)
def test_fails_then_succeeds(connect: Connect, kind: str, error: type[Exception]) -> None:
    with serve(failing(**{kind: 1.0})) as server:
        with pytest.raises(error):
            call(connect(server))
        assert call(connect(server)).choices[0].message.content
        check_recovered(server, kind)


def test_retries_of_the_client_get_through(connect: Connect) -> None:
    with serve(failing(too_many=1.0)) as server:
        assert call(connect(server, retries=1)).choices[0].message.content
        check_recovered(server, "too_many")


def test_page_instead_of_json(connect: Connect) -> None:
    with serve(failing(html=1.0)) as server:
        response = connect(server).chat.completions.with_raw_response.create(
            model="test-model", messages=HELLO
        )
        assert (response.status_code, response.text[:9]) == (200, "<!DOCTYPE")
        call(connect(server))
        check_recovered(server, "html")


def test_hang_ends_when_the_client_leaves(connect: Connect) -> None:
    with serve(failing(hang=1.0)) as server:
        server.change(slots=1)
        with pytest.raises(openai.APITimeoutError):
            call(connect(server), timeout=0.1)
        assert call(connect(server)).choices[0].message.content, "the slot was given back"
        check_recovered(server, "hang")
    assert server.requests[0].status == 499


@pytest.mark.parametrize("kind", ["empty", "length"])
def test_answers_that_are_no_good(connect: Connect, kind: str) -> None:
    with serve(failing(**{kind: 1.0})) as server:
        bad, good = (call(connect(server)).choices[0] for _ in range(2))
    text, whole = bad.message.content or "", good.message.content or ""
    assert len(text) < len(whole)
    assert (bad.finish_reason, text == "") == (
        ("stop", True) if kind == "empty" else ("length", False)
    )
    assert (server.answered, server.distinct, server.refused) == (2, 1, 0)


def test_persistent_faults_stay(connect: Connect) -> None:
    options = ServerOptions(faults=Faults(error_500=1.0), faults_persist=True)
    with serve(options) as server:
        for _ in range(4):
            with pytest.raises(openai.InternalServerError):
                call(connect(server))
    assert (server.answered, server.refused) == (0, 4)


def test_rates_are_kept_and_repeatable() -> None:
    options = ServerOptions(faults=Faults(too_many=0.1, reset=0.2, seed=5))
    digests = [digest_of(str(number)) for number in range(4000)]
    kinds = [fault_of(options, digest, 0) for digest in digests]
    assert kinds == [fault_of(options, digest, 0) for digest in digests]
    assert kinds != [fault_of(options, digest, 1) for digest in digests]
    assert abs(kinds.count("too_many") / 4000 - 0.1) < 0.02
    assert abs(kinds.count("reset") / 4000 - 0.2) < 0.02
    assert all(fault_of(options, digest, options.faults.attempts) is None for digest in digests)


def test_junk_is_refused(connect: Connect) -> None:
    with serve() as server:
        client = connect(server)
        for junk in ("[]", '{"messages": "hello"}', '{"model": "test-model"}'):
            with pytest.raises(openai.BadRequestError):
                client.post("/chat/completions", body=json.loads(junk), cast_to=object)
    assert [request.status for request in server.requests] == [400, 400, 400]
