"""What endpoints answer, good and bad, and what is made of it."""

import json
from typing import Any, cast

import httpx2
import openai
import pytest
from langchain_core.messages import AIMessage

from nodes.answer import read_answer
from runners.calls.completions import read_completion
from runners.calls.faults import Kind, understand
from runners.calls.http_errors import status_error
from runners.calls.spent import Spent


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
     b'{"choices": [{"message": {"role": "assistant"}}]}', b"\xff\xfe"],
)  # fmt: skip
def test_what_is_no_completion(answer: bytes) -> None:
    with pytest.raises(ValueError, match="no chat completion") as caught:
        read_completion(answer)
    assert understand(caught.value, answered_before=True).kind is Kind.UNREADABLE


@pytest.mark.parametrize(
    ("status", "before", "after"),
    [
        (400, Kind.ROW, Kind.ROW),
        (401, Kind.RUN, Kind.RUN),
        (402, Kind.ACCOUNT, Kind.ACCOUNT),
        (403, Kind.REFUSED, Kind.REFUSED),
        (404, Kind.RUN, Kind.REFUSED),
        (408, Kind.TRANSIENT, Kind.TRANSIENT),
        (413, Kind.ROW, Kind.ROW),
        (422, Kind.ROW, Kind.ROW),
        (429, Kind.THROTTLED, Kind.THROTTLED),
        (500, Kind.TRANSIENT, Kind.TRANSIENT),
        (502, Kind.TRANSIENT, Kind.TRANSIENT),
        (503, Kind.BUSY, Kind.BUSY),
        (504, Kind.TRANSIENT, Kind.TRANSIENT),
        (529, Kind.BUSY, Kind.BUSY),
    ],
)
def test_statuses(status: int, before: Kind, after: Kind) -> None:
    error = status_error("http://x", status, {}, b'{"error": {"message": "so\\nit is"}}')
    assert understand(error, answered_before=False).kind is before
    assert understand(error, answered_before=True).kind is after
    assert understand(error, answered_before=True).message == "so it is"


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (429, {"code": "insufficient_quota", "message": "You exceeded it."}, Kind.ACCOUNT),
        (429, {"type": "exceeded_current_quota_error", "message": "Suspended."}, Kind.ACCOUNT),
        (429, {"message": "You exceeded your current quota, see billing."}, Kind.ACCOUNT),
        (403, {"code": 403, "message": "Key limit exceeded (total limit)."}, Kind.ACCOUNT),
        (429, {"code": "1113", "message": "余额不足"}, Kind.ACCOUNT),
        (401, {"message": "Insufficient Balance"}, Kind.ACCOUNT),
        (400, {"message": "Your credit balance is too low to access it."}, Kind.ACCOUNT),
        (400, {"message": "Not valid: 'I had an insufficient balance'"}, Kind.ROW),
        (429, {"code": "rate_limit_exceeded", "message": "Request too large for it."}, Kind.ROW),
        (429, {"code": "rate_limit_exceeded", "message": "Please slow down."}, Kind.THROTTLED),
        (500, {"type": "overloaded_error", "message": "Overloaded"}, Kind.BUSY),
        (400, {"type": "no_db_connection", "message": "No connected db."}, Kind.RUN),
        (400, {"message": "Not valid: 'No connected db.'"}, Kind.ROW),
    ],
)
def test_what_a_status_means_by_its_words(status: int, error: dict[str, Any], kind: Kind) -> None:
    body = json.dumps({"error": error}).encode()
    raised = status_error("http://x", status, {}, body)
    assert understand(raised, answered_before=True).kind is kind


def test_a_quota_that_is_back_soon_is_a_rate() -> None:
    said = {"message": "You exceeded your current quota.", "details": [{"retryDelay": "34s"}]}
    body = json.dumps([{"error": said}]).encode()
    fault = understand(status_error("http://x", 429, {}, body), answered_before=True)
    assert (fault.kind, fault.retry_after) == (Kind.THROTTLED, 34)
    assert fault.message == "You exceeded your current quota."


@pytest.mark.parametrize(
    ("error", "kind", "name"),
    [
        ({"code": 429, "message": "slow"}, Kind.THROTTLED, "RateLimitError"),
        ({"code": 400, "message": "bad"}, Kind.ROW, "BadRequestError"),
        ({"code": 502, "message": "gone"}, Kind.TRANSIENT, "InternalServerError"),
        ({"code": 402, "message": "pay"}, Kind.ACCOUNT, "APIStatusError"),
        ({"type": "overloaded_error", "message": "full"}, Kind.BUSY, "InternalServerError"),
        ({"message": "something"}, Kind.TRANSIENT, "InternalServerError"),
        ("in words alone", Kind.TRANSIENT, "InternalServerError"),
    ],
)
def test_errors_in_answers_with_status_200(error: Any, kind: Kind, name: str) -> None:
    with pytest.raises(ValueError, match="no chat completion") as caught:
        read_completion(json.dumps({"error": error}).encode())
    fault = understand(caught.value, answered_before=True)
    said = error if isinstance(error, str) else error["message"]
    assert fault[:3] == (kind, name, said)
    if not isinstance(error, str):  # so LangChain raises it
        assert understand(ValueError(error), answered_before=True)[:3] == (kind, name, said)


def test_what_an_answer_took_that_is_none() -> None:
    with pytest.raises(ValueError, match="no chat completion") as caught:
        read_completion(completion(choices=[]))
    assert understand(caught.value, answered_before=True).paid == Spent(1, 0, 3, 2)


def test_nobody_there() -> None:
    request = httpx2.Request("POST", "http://x")
    error = openai.APIConnectionError(message="no", request=request)
    assert understand(error, answered_before=True).kind is Kind.TRANSIENT
    error.__cause__ = ConnectionRefusedError()
    assert understand(error, answered_before=True).kind is Kind.GONE
