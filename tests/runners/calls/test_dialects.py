"""Endpoints that refuse in their own ways: how a run ends, in which words, after how many calls."""

import json
from pathlib import Path
from typing import Any

import pytest

from nodes.models.said import words_in
from tests.runners.calls.evolving import Evolve
from tests.runners.commands import at, coevol, repeated
from tests.runners.datasets import evolved, plain, read_jsonl
from tests.support.replies import (
    PAGE,
    Reply,
    beside_choices,
    fastapi,
    gemini,
    in_choice,
    lm_studio,
    minimax,
    openai,
    openrouter,
    page,
)
from tests.support.rows import write_jsonl
from tests.support.server import ServerOptions, serve


def serving(*replies: Reply, **more: Any) -> ServerOptions:
    return ServerOptions(replies=replies, **more)


def failures_of(folder: Path) -> list[dict[str, Any]]:
    return read_jsonl(folder / "run" / "failures.jsonl")


ACCOUNTS = {
    "402": openai(402, "Insufficient Balance", after=20),
    "a key's limit": openrouter(403, "Key limit exceeded (total limit).", status=403, after=20),
    "OpenAI": openai(429, "You exceeded your current quota.", "insufficient_quota", after=20),
    "Moonshot": openai(429, "Account suspended.", "exceeded_current_quota_error", after=20),
    "a status inside": openrouter(402, "This request requires more credits.", after=20),
    "from the first": openai(402, "Insufficient Balance"),
    "Fireworks": openai(412, "Account m is suspended (monthly spending limit).", after=20),
    "Anthropic": openai(400, "You have reached your specified API usage limits.", after=20),
    "MiniMax": minimax(1008, "insufficient balance", after=20),
}


@pytest.mark.parametrize("case", ACCOUNTS)
def test_the_account_ends_and_the_run_goes_on_when_it_is_in_order(
    tmp_path: Path, evolve: Evolve, case: str
) -> None:
    rows, reply = plain(6), ACCOUNTS[case]
    with serve(serving(reply, latency=0.002)) as server:
        result = evolve(tmp_path, server, rows, "--concurrency", 8)
        assert result.code == 4
        last = result.err.splitlines()[-1]
        words = words_in(reply.body)
        assert f"{words}; the run can be resumed once the account is in order" in last
        assert len(server.requests) <= reply.after + 8
        assert failures_of(tmp_path) == []
        server.change(replies=())
        assert evolve(tmp_path, server, rows).code == 0
        assert repeated(server) == 0
    assert read_jsonl(tmp_path / "run" / "evolved.jsonl") == evolved(rows)


def test_a_key_that_is_refused_in_the_middle_stops_the_run(tmp_path: Path, evolve: Evolve) -> None:
    with serve(serving(openai(403, "Key revoked.", after=20))) as server:
        result = evolve(tmp_path, server, plain(12), "--concurrency", 4)
        assert result.code == 4
        last = result.err.splitlines()[-1]
        assert "Key revoked.; 0 of 12 rows are done, and the run can be resumed" in last
        assert len(server.requests) <= 20 + 2 * 12 + 4  # those that waited before the greeting
        assert failures_of(tmp_path) == []


def test_a_key_that_is_refused_from_the_first_was_never_good(
    tmp_path: Path, evolve: Evolve
) -> None:
    with serve(serving(openai(403, "No such key."))) as server:
        result = evolve(tmp_path, server, plain(12), "--concurrency", 4)
        assert result.code == 2
        refused = "openai:test-model: refused the key in OPENAI_API_KEY: No such key."
        assert result.err.splitlines()[-1] == f"coevol: {refused}"
        assert len(server.requests) <= 2 * 12 + 4


@pytest.mark.parametrize("row", [0, 7])
def test_a_row_that_is_refused_fails_alone(tmp_path: Path, evolve: Evolve, row: int) -> None:
    rows = plain(8)
    with serve(serving(openrouter(403, "Flagged.", status=403, word=f"{row}."))) as server:
        result = evolve(tmp_path, server, rows, "--concurrency", 2)
        assert result.code == 3, result.err
        (failure,) = failures_of(tmp_path)
        assert failure["position"] == row
        assert (failure["error"], failure["message"]) == ("PermissionDeniedError", "Flagged.")
        assert "1 x PermissionDeniedError: Flagged." in result.err
        assert "--retry-failed" not in result.err
        expected = [rows[row] if i == row else each for i, each in enumerate(evolved(rows))]
        assert read_jsonl(tmp_path / "run" / "evolved.jsonl") == expected
        server.change(replies=())
        assert evolve(tmp_path, server, rows, "--retry-failed").code == 0
    assert read_jsonl(tmp_path / "run" / "evolved.jsonl") == evolved(rows)


EVERY_ROW = {
    "400": (openai(400, "Unsupported parameter: 'top_p'."), "Unsupported parameter: 'top_p'."),
    "422": (
        fastapi(422, [{"loc": ["body", "stop"], "msg": "Not permitted", "type": "extra"}]),
        "body.stop: Not permitted",
    ),
}


@pytest.mark.parametrize("case", EVERY_ROW)
def test_rows_that_all_fail_alike_stop_the_run_and_are_tried_again(
    tmp_path: Path, evolve: Evolve, case: str
) -> None:
    rows, (reply, words) = plain(200), EVERY_ROW[case]
    with serve(serving(reply)) as server:
        result = evolve(tmp_path, server, rows, "--concurrency", 2)
        assert result.code == 4
        last = result.err.splitlines()[-1]
        assert "the first 20 rows failed alike" in last
        assert words in last
        assert "start again" in last
        assert len(server.requests) <= 2 * (20 + 8 * 2)
        assert failures_of(tmp_path) == []
        server.change(replies=())
        # Nothing came of it yet, so the setting can be changed.
        assert evolve(tmp_path, server, rows[:3], "--set", "judge.top_p=0.5").code == 0


def test_failures_are_told_by_reason(tmp_path: Path, evolve: Evolve) -> None:
    rows = plain(10)
    for number in (1, 3, 5, 8):
        rows[number]["output"] += f" mark{number}"
    long = [openai(400, f"Too long: {n} tokens.", word=f"mark{n}") for n in (1, 3, 5)]
    broken = openai(500, "The engine died.", word="mark8")
    with serve(serving(*long, broken)) as server:
        result = evolve(tmp_path, server, rows, "--attempts", 1, "--concurrency", 2)
    assert result.code == 3
    lines = result.err.splitlines()
    assert any(line.startswith("  3 x BadRequestError: Too long: ") for line in lines)
    assert "  1 x InternalServerError: The engine died." in lines
    assert "try them again with --retry-failed; 3 of them will be refused again" in lines
    summary = json.loads((tmp_path / "run" / "summary.json").read_bytes())
    assert [each["rows"] for each in summary["failures"]] == [3, 1]


WORDS = {
    "OpenRouter": (openrouter(400, "Provider returned error", "Too long", word="1."),
                   "Provider returned error: Too long"),
    "LM Studio": (lm_studio(400, "Too long", word="1."), "Too long"),
    "FastAPI": (fastapi(400, "Too long", word="1."), "Too long"),
    "a page": (page(400, word="1."), "Welcome to the gateway"),
}  # fmt: skip


@pytest.mark.parametrize("case", WORDS)
def test_a_row_fails_in_the_words_of_the_endpoint(
    tmp_path: Path, evolve: Evolve, case: str
) -> None:
    reply, words = WORDS[case]
    with serve(serving(reply)) as server:
        assert evolve(tmp_path, server, plain(3)).code == 3
        (failure,) = failures_of(tmp_path)
    assert (failure["position"], failure["error"]) == (1, "BadRequestError")
    assert (failure["message"], failure["attempts"]) == (words, 1)


PASSING = {
    "429 inside": openrouter(429, "Provider returned error", "slow down", every=9),
    "502 inside": openrouter(502, "Provider returned error", "bad gateway", every=9),
    "429 in a choice": in_choice(429, "Rate limited upstream.", every=9),
    "429 beside choices": beside_choices(429, "Rate limited upstream.", every=9),
    "529": openai(529, "Overloaded", "overloaded_error", every=9),
    "Gemini": gemini(429, "You exceeded your current quota.", "0.2s", every=9),
    "no choices": Reply(200, {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}},
                        every=9, after=30),
    "a page": page(every=9, after=30),
    "a way to log in": Reply(302, {}, {"Location": "http://portal/login"}, every=9, after=30),
    "no gzip": Reply(200, {}, {"Content-Encoding": "gzip"}, every=9, after=30),
    "null for choices": Reply(200, {"choices": None}, every=9, after=30),
    "null for a choice": Reply(200, {"choices": [None]}, every=9, after=30),
    "null for a message": Reply(200, {"choices": [{"message": None}]}, every=9, after=30),
    "a gateway in trouble": page(522, every=9),
    "a call that nginx gave up": page(499, every=9),
}  # fmt: skip


@pytest.mark.parametrize("case", PASSING)
def test_what_passes_leaves_no_trace(tmp_path: Path, evolve: Evolve, case: str) -> None:
    rows = plain(8)
    with serve(serving(PASSING[case], latency=0.002)) as server:
        result = evolve(tmp_path, server, rows, "--concurrency", 4)
        assert result.code == 0, result.err
        assert server.refused > 10
        assert repeated(server) == 0
    assert read_jsonl(tmp_path / "run" / "evolved.jsonl") == evolved(rows)


def test_what_is_paid_for_no_answer_is_counted(tmp_path: Path) -> None:
    nothing: dict[str, Any] = {
        "choices": [],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 0},
    }
    data = write_jsonl(tmp_path / "data.jsonl", plain(3))
    with serve(serving(Reply(200, nothing, after=10, until=12))) as server:
        result = coevol("evolve", data, "--out", tmp_path / "run", *at(server))
        assert result.code == 0, result.err
        summary = json.loads((tmp_path / "run" / "summary.json").read_bytes())
        assert summary["calls"]["answered"] == server.answered + 2
        assert summary["calls"]["input_tokens"] == server.stats()["prompt_words"] + 2000


NO_API: dict[str, tuple[dict[str, Any], Reply, int]] = {
    "a page": ({"lists_models": False}, page(), 1),
    "a page for calls alone": ({}, page(), 80),
    "no choices": ({}, Reply(200, {"choices": [], "object": "chat.completion"}), 80),
    "no gzip": ({}, Reply(200, {}, {"Content-Encoding": "gzip"}), 80),
}


@pytest.mark.parametrize("case", NO_API)
def test_what_is_no_api_ends_the_run_before_it_begins(
    tmp_path: Path, evolve: Evolve, case: str
) -> None:
    more, reply, most = NO_API[case]
    with serve(serving(reply, **more)) as server:
        result = evolve(tmp_path, server, plain(12), "--concurrency", 4)
        assert result.code == 2
        last = result.err.splitlines()[-1]
        assert "no chat completion" in last
        assert "--base-url" in last
        assert ("Welcome to the" in last) == (reply.body == PAGE)
        assert len(server.requests) <= most


@pytest.mark.parametrize("case", ["DeepSeek", "Groq"])
def test_a_model_that_is_gone_in_the_middle_stops_the_run(
    tmp_path: Path, evolve: Evolve, case: str
) -> None:
    words = {"DeepSeek": ("Model Not Exist", None), "Groq": ("Gone.", "model_decommissioned")}
    with serve(serving(openai(400, *words[case], after=20))) as server:
        result = evolve(tmp_path, server, plain(12), "--concurrency", 4)
        assert result.code == 4
        last = result.err.splitlines()[-1]
        assert f"{words[case][0]}; 0 of 12 rows are done, and the run can be resumed" in last
        assert failures_of(tmp_path) == []


def test_a_limit_that_is_back_too_late_is_not_waited_for(tmp_path: Path, evolve: Evolve) -> None:
    reply = openai(429, "Daily limit.", headers={"Retry-After": "7200"}, after=20)
    with serve(serving(reply)) as server:
        result = evolve(tmp_path, server, plain(12), "--concurrency", 4)
        assert result.code == 4
        last = result.err.splitlines()[-1]
        assert "Daily limit.; it will be back in 2:00:00, at " in last
        assert "the run can be resumed then" in last
        assert len(server.requests) <= 20 + 4


def test_calls_that_wait_behind_each_other_cost_no_row(tmp_path: Path, evolve: Evolve) -> None:
    rows = plain(6)
    with serve(ServerOptions(slots=1, latency=0.05)) as server:
        result = evolve(tmp_path, server, rows, "--timeout", 0.3)
        assert result.code == 0, result.err
        assert "a lower --concurrency avoids it" in result.err
    assert read_jsonl(tmp_path / "run" / "evolved.jsonl") == evolved(rows)
