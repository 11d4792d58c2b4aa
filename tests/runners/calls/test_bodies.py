"""Answers in unusual forms: redirects, streams, bodies without end."""

import json
from pathlib import Path
from typing import Any

import pytest

from runners.calls import bodies
from tests.runners.calls.evolving import Evolve
from tests.runners.commands import at, coevol
from tests.runners.datasets import evolved, plain, read_jsonl
from tests.support.replies import Reply
from tests.support.rows import write_jsonl
from tests.support.server import ServerOptions, serve

ROWS = plain(4)


def evolve_alone(folder: Path, *options: object) -> tuple[int, str]:
    """Evolve with coevol's own client."""
    data = write_jsonl(folder / "data.jsonl", ROWS)
    result = coevol("evolve", data, "--out", folder / "run", *options)
    return result.code, result.err


def calls_in(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "run" / "summary.json").read_bytes())["calls"]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("lists_models", [True, False])
def test_a_redirect_is_told_and_the_key_does_not_follow_it(
    tmp_path: Path, evolve: Evolve, status: int, lists_models: bool
) -> None:
    with serve() as other:
        place = f"{other.base_url}/{'chat/completions' if lists_models else 'models'}?token=secret"
        reply = Reply(status, {}, {"Location": place})
        with serve(ServerOptions(replies=(reply,), lists_models=lists_models)) as server:
            result = evolve(tmp_path, server, ROWS)
        assert result.code == 2
        assert result.err.splitlines()[-1].endswith(
            f"a redirect to {other.base_url}; "
            "--base-url takes the address of an OpenAI-compatible API"
        )
        assert (other.requests, other.greetings) == ([], [])
    assert "secret" not in result.err


def test_a_model_that_answers_in_streams_only_is_asked_for_them(tmp_path: Path) -> None:
    with serve(ServerOptions(streams_only=True, thinking="reasoning_content")) as server:
        code, said = evolve_alone(tmp_path, *at(server))
        assert code == 0, said
        assert server.refused <= 2 * len(ROWS)  # the first calls alone
        stats = server.stats()
    assert read_jsonl(tmp_path / "run" / "evolved.jsonl") == evolved(ROWS)
    assert calls_in(tmp_path)["input_tokens"] == stats["prompt_words"]
    record = read_jsonl(tmp_path / "run" / "evolutions.jsonl")[0]
    assert "thinking" in record["rounds"][0]["edit"]


def stream(*events: dict[str, Any], end: str = "data: [DONE]\n\n") -> Reply:
    text = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
    return Reply(200, f": PROCESSING\n\n{text}{end}", after=10, until=13)


PIECE = {"choices": [{"delta": {"content": "Half of"}, "finish_reason": None}]}
BROKEN = {
    "broken off": stream(PIECE, end=""),
    "an error within": stream(PIECE, {"error": {"code": 429, "message": "Slow down."}}),
    "half an event": stream(PIECE, end='data: {"choices": ['),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_stream_without_its_end_is_no_answer(tmp_path: Path, case: str) -> None:
    with serve(ServerOptions(replies=(BROKEN[case],))) as server:
        code, said = evolve_alone(tmp_path, *at(server), "--concurrency", 2)
        assert code == 0, said
        assert server.refused == 3
    assert read_jsonl(tmp_path / "run" / "evolved.jsonl") == evolved(ROWS)


def test_an_answer_without_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LONGEST", 2**20)
    reply = Reply(200, {"text": "long " * 2**20}, after=10, until=12)
    with serve(ServerOptions(replies=(reply,))) as server:
        code, said = evolve_alone(tmp_path, *at(server))
        assert code == 0, said
    assert read_jsonl(tmp_path / "run" / "evolved.jsonl") == evolved(ROWS)
    assert "the answer has more than 1 MB" in (tmp_path / "run" / "run.log").read_text()
