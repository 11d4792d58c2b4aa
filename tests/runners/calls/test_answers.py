"""What endpoints answer, good and bad, and what is made of it."""

import json
from typing import Any, cast

import httpx2
import openai
import pytest
from langchain_core.messages import AIMessage

from nodes.answer import read_answer
from runners.calls.faults import Kind, understand
from runners.calls.http_chat import read_completion
from runners.calls.http_errors import status_error


def completion(**changes: Any) -> bytes:
    choice = {"message": {"content": "Yes."}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    return json.dumps({"model": "m", "choices": [choice], "usage": usage, **changes}).encode()


def test_a_completion() -> None:
    message = read_completion(completion()).generations[0].message
    assert message.text == "Yes."
    assert message.response_metadata == {"finish_reason": "stop", "model_name": "m"}


@pytest.mark.parametrize(
    ("message", "text", "thinking", "reason"),
    [
        ({"content": "Yes."}, "Yes.", None, "stop"),
        ({"content": "Yes.", "reasoning": "Hm."}, "Yes.", "Hm.", "stop"),
        ({"content": None, "reasoning_content": "Hm."}, "", "Hm.", "stop"),
        ({"reasoning": "Hm."}, "", "Hm.", "stop"),
        ({"content": None, "refusal": "I can't."}, "I can't.", None, "refusal"),
        ({"content": "Yes.", "refusal": None}, "Yes.", None, "stop"),
    ],
)
def test_what_a_message_says(
    message: dict[str, Any], text: str, thinking: str | None, reason: str
) -> None:
    choice = {"message": message, "finish_reason": "stop"}
    said = read_completion(completion(choices=[choice])).generations[0].message
    answer = read_answer(cast("AIMessage", said))
    assert (answer["text"], answer.get("thinking")) == (text, thinking)
    assert answer["finish_reason"] == reason


@pytest.mark.parametrize(
    ("details", "tokens"),
    [({"reasoning_tokens": 7}, 7), ({"reasoning_tokens": 0}, 0), ({}, None), (None, None)],
)
def test_tokens_of_thinking(details: Any, tokens: int | None) -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 9, "completion_tokens_details": details}
    said = read_completion(completion(usage=usage)).generations[0].message
    assert read_answer(cast("AIMessage", said)).get("reasoning_tokens") == tokens


@pytest.mark.parametrize(
    "usage", [None, {}, {"prompt_tokens": 3}, {"prompt_tokens": None, "completion_tokens": 1}]
)
def test_usage_that_is_not_told_is_unknown(usage: Any) -> None:
    result = read_completion(completion(usage=usage)).generations[0]
    assert result.message.text == "Yes."
    assert getattr(result.message, "usage_metadata", 0) is None


def test_an_emoji_cut_in_two_is_marked() -> None:
    choice = {"message": {"content": "Ja \ud83d, 👍"}, "finish_reason": "length"}
    message = read_completion(completion(choices=[choice])).generations[0].message
    assert message.text == "Ja \ufffd, 👍"


@pytest.mark.parametrize(
    "answer",
    [b"", b"<html>", b"[]", b"null", b"{}", b'{"choices": []}', b'{"choices": [{"message": 1}]}',
     b'{"choices": [{"message": {"role": "assistant"}}]}',
     b'{"error": {"message": "overloaded"}}', b"\xff\xfe"],
)  # fmt: skip
def test_what_is_no_completion(answer: bytes) -> None:
    with pytest.raises(ValueError, match="no chat completion") as caught:
        read_completion(answer)
    assert understand(caught.value, answered_before=True).kind is Kind.TRANSIENT


@pytest.mark.parametrize(
    ("status", "before", "after"),
    [
        (400, Kind.ROW, Kind.ROW),
        (401, Kind.RUN, Kind.RUN),
        (403, Kind.RUN, Kind.ROW),
        (404, Kind.RUN, Kind.ROW),
        (408, Kind.TRANSIENT, Kind.TRANSIENT),
        (413, Kind.ROW, Kind.ROW),
        (422, Kind.ROW, Kind.ROW),
        (429, Kind.THROTTLED, Kind.THROTTLED),
        (500, Kind.TRANSIENT, Kind.TRANSIENT),
        (502, Kind.TRANSIENT, Kind.TRANSIENT),
        (503, Kind.BUSY, Kind.BUSY),
        (504, Kind.TRANSIENT, Kind.TRANSIENT),
    ],
)
def test_statuses(status: int, before: Kind, after: Kind) -> None:
    error = status_error("http://x", status, {}, b'{"error": {"message": "so\\nit is"}}')
    assert understand(error, answered_before=False).kind is before
    assert understand(error, answered_before=True).kind is after
    assert understand(error, answered_before=True).message == "so it is"


def test_429_for_ever() -> None:
    def kind(**error: str) -> Kind:
        body = json.dumps({"error": error}).encode()
        return understand(status_error("http://x", 429, {}, body), answered_before=True).kind

    assert kind(code="insufficient_quota", message="You exceeded your quota.") is Kind.RUN
    assert kind(code="rate_limit_exceeded", message="Request too large for gpt-4o.") is Kind.ROW
    assert kind(code="rate_limit_exceeded", message="Please slow down.") is Kind.THROTTLED


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "2"}, 2),
        ({"retry-after-ms": "250", "Retry-After": "1"}, 0.25),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "999999"}, 3600),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    error = status_error("http://x", 429, headers, b"{}")
    assert understand(error, answered_before=True).retry_after == seconds


def test_nobody_there() -> None:
    request = httpx2.Request("POST", "http://x")
    error = openai.APIConnectionError(message="no", request=request)
    assert understand(error, answered_before=True).kind is Kind.TRANSIENT
    error.__cause__ = ConnectionRefusedError()
    assert understand(error, answered_before=True).kind is Kind.GONE
