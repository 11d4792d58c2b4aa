"""Half answers by their finish reasons: none comes out, and each is named or tried again."""

import json
from pathlib import Path

import pytest

from tests.runners.calls.evolving import Evolve
from tests.runners.commands import coevol
from tests.runners.datasets import evolved, plain, read_jsonl
from tests.support.server import Faults, ServerOptions, serve

ROWS = plain(6)
HALVES = Faults(length=0.3, attempts=1)


@pytest.mark.parametrize("reason", ["error", "abort", "insufficient_system_resource"])
def test_a_broken_answer_is_none_and_the_call_is_tried_again(
    tmp_path: Path, evolve: Evolve, reason: str
) -> None:
    with serve(ServerOptions(faults=HALVES, cut_reason=reason)) as server:
        result = evolve(tmp_path, server, ROWS)
        assert result.code == 0, result.err
        assert server.stats()["faults"]["length"] > 0
        stats = server.stats()
    assert read_jsonl(tmp_path / "run" / "evolved.jsonl") == evolved(ROWS)
    calls = json.loads((tmp_path / "run" / "summary.json").read_bytes())["calls"]
    assert calls["answered"] == stats["answered"]  # broken ones are paid, too
    assert calls["output_tokens"] == stats["answer_words"]


def test_an_endpoint_that_gives_every_answer_up_costs_its_rows(
    tmp_path: Path, evolve: Evolve
) -> None:
    options = ServerOptions(faults=Faults(length=1, attempts=99), cut_reason="error")
    with serve(options) as server:
        assert evolve(tmp_path, server, ROWS, "--attempts", 2, "--limit", 2).code == 3
        assert len(server.requests) == 8  # two debaters, two rows, two attempts
    for failure in read_jsonl(tmp_path / "run" / "failures.jsonl"):
        assert (failure["error"], failure["attempts"]) == ("BrokenAnswerError", 2)
        assert "gave the answer up: finish_reason 'error'" in failure["message"]


@pytest.mark.parametrize(
    ("reason", "outcome", "words"),
    [
        ("length", "edit_truncated", "cut off"),
        ("max_tokens", "edit_truncated", "cut off"),
        ("MAX_TOKENS", "edit_truncated", "cut off"),
        ("model_length", "edit_truncated", "cut off"),
        ("content_filter", "edit_filtered", "filtered by the endpoint"),
        ("refusal", "edit_filtered", "filtered by the endpoint"),
        ("SAFETY", "edit_filtered", "filtered by the endpoint"),
    ],
)
def test_half_an_edit_never_advances_and_is_named(
    tmp_path: Path, evolve: Evolve, reason: str, outcome: str, words: str
) -> None:
    with serve(ServerOptions(faults=HALVES, cut_reason=reason)) as server:
        result = evolve(tmp_path, server, ROWS)
        assert result.code == 0, result.err
    records = read_jsonl(tmp_path / "run" / "evolutions.jsonl")
    rounds = [each for record in records for each in record["rounds"]]
    halves = [each for each in rounds if each["edit"]["finish_reason"] == reason]
    assert len(halves) > 1
    assert {each["outcome"] for each in halves} <= {outcome, "edit_unfinished"}
    assert not [each for each in halves if each["judgements"]]
    summary = json.loads((tmp_path / "run" / "summary.json").read_bytes())
    count = sum(each["outcome"] == outcome for each in rounds)
    assert summary["stop_reasons"][outcome] == count > 0
    assert summary["finish_reasons"][reason] > len(halves)
    assert f"{count} {words}" in result.err


def test_filtered_answers_are_not_kept_for_good(tmp_path: Path, evolve: Evolve) -> None:
    with serve(ServerOptions(faults=HALVES, cut_reason="content_filter")) as server:
        assert evolve(tmp_path, server, ROWS).code == 0
        kept = json.loads(coevol("status", tmp_path / "run", "--json").out)["calls"]["in_journal"]
        whole = {json.dumps(r.body) for r in server.requests
                 if r.finish_reason == "stop" and (r.answer or "").strip()}  # fmt: skip
    assert kept == len(whole)
