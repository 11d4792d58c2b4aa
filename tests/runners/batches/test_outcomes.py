"""However batches end, what is answered is taken, and the rest is answered another way."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.runners.batches.conftest import BATCH, ROWS, Evolve, results
from tests.runners.commands import answers_kept, assert_one_line, at, coevol
from tests.runners.datasets import read_jsonl
from tests.support.replies import openai
from tests.support.server import Fate, Faults, ServerOptions, serve

Plain = dict[str, bytes]


def test_a_run_in_batches_comes_to_the_same_bytes(
    tmp_path: Path, evolve: Evolve, plain: Plain
) -> None:
    with serve() as server:
        assert evolve(server).code == 0
    assert results(tmp_path / "run") == plain
    assert server.answered == server.distinct == sum(len(each.lines) for each in server.batches)


def test_so_many_calls_make_a_batch(tmp_path: Path, evolve: Evolve, plain: Plain) -> None:
    with serve() as server:
        assert evolve(server, "--batch-size", 5, "--economy").code == 0
    assert max(len(each.lines) for each in server.batches) == 5
    assert len(server.batches[0].lines) == 5


def test_an_expired_batch_is_sent_again_without_what_it_answered(
    tmp_path: Path, evolve: Evolve, plain: Plain
) -> None:
    with serve(ServerOptions(batch_fates=(Fate("expired", share=0.5),))) as server:
        assert evolve(server).code == 0
    assert results(tmp_path / "run") == plain
    assert server.answered == server.distinct


@pytest.mark.parametrize("status", ["expired", "failed"])
def test_what_two_batches_have_not_answered_fails_its_rows_by_name(
    tmp_path: Path, evolve: Evolve, plain: Plain, status: str
) -> None:
    with serve(ServerOptions(batch_fates=(Fate(status, until=99),))) as server:  # pyright: ignore[reportArgumentType]
        result = evolve(server)
        assert result.code == 3, result.err
        failures = read_jsonl(tmp_path / "run" / "failures.jsonl")
        assert len(failures) == len(ROWS)
        assert {each["error"] for each in failures} == {f"Batch{status.title()}"}
        assert f" ended as {status}" in failures[0]["message"]
        server.change(batch_fates=())
        assert evolve(server, "--retry-failed").code == 0
    assert results(tmp_path / "run") == plain


def test_with_a_fallback_it_is_sent_as_plain_calls(
    tmp_path: Path, evolve: Evolve, plain: Plain
) -> None:
    with serve(ServerOptions(batch_fates=(Fate("expired", share=0.3, until=2),))) as server:
        assert evolve(server, "--batch-fallback").code == 0
    assert results(tmp_path / "run") == plain
    assert server.answered == server.distinct


def test_a_line_that_failed_for_a_while_is_sent_again(
    tmp_path: Path, evolve: Evolve, plain: Plain
) -> None:
    faults = Faults(error_500=0.1, too_many=0.1, empty=0.05, attempts=1)
    with serve(ServerOptions(faults=faults)) as server:
        assert evolve(server).code == 0
    assert results(tmp_path / "run") == plain
    assert server.refused > 0


def test_a_line_that_is_refused_for_good_fails_its_row_alone(
    tmp_path: Path, evolve: Evolve
) -> None:
    reply = openai(400, "Too long.", "context_length_exceeded", task="advisor", after=24, until=26)
    with serve(ServerOptions(replies=(reply,))) as server:
        assert evolve(server).code == 3
    failures = read_jsonl(tmp_path / "run" / "failures.jsonl")
    assert 0 < len(failures) < len(ROWS)
    assert {each["message"] for each in failures} == {"Too long."}
    assert {each["stage"] for each in failures} == {"advisor"}


def test_whoever_waits_for_the_batches_themselves_is_told_why(
    tmp_path: Path, evolve: Evolve, plain: Plain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runners.batches.patience._LONGEST", 0.01)
    with serve(ServerOptions(batch_losses=1, file_list_status=500)) as server:
        result = evolve(server, "--give-up-after", 0.02)
        assert result.code == 4
        assert result.err.count("InternalServerError: File Not Found; asked again") == 1
        server.change(file_list_status=200)
        assert evolve(server).code == 0
    assert results(tmp_path / "run") == plain


def test_an_account_at_its_end_stops_the_run(tmp_path: Path, evolve: Evolve, plain: Plain) -> None:
    fate = Fate("failed", code="billing_hard_limit_reached", since=1, until=2)
    with serve(ServerOptions(batch_fates=(fate,))) as server:
        result = evolve(server)
        assert result.code == 4
        assert "batch_2: The batch failed: billing_hard_limit_reached" in result.err
        assert evolve(server).code == 0
    assert results(tmp_path / "run") == plain
    assert server.answered == server.distinct


def test_a_batch_that_somebody_cancels_stops_the_run_and_what_it_answered_is_kept(
    tmp_path: Path, evolve: Evolve, plain: Plain
) -> None:
    with serve(ServerOptions(batch_fates=(Fate("cancelled", share=0.5),))) as server:
        result = evolve(server)
        assert result.code == 4
        assert "batch_1 was cancelled; what it answered is kept" in result.err
        assert evolve(server).code == 0
    assert results(tmp_path / "run") == plain
    assert server.answered == server.distinct


def test_a_quota_on_waiting_tokens_is_kept(tmp_path: Path, evolve: Evolve, plain: Plain) -> None:
    with serve(ServerOptions(batch_words=3000)) as server:
        assert evolve(server, "--batch-tokens", 2000, "--batch-size", 4).code == 0
    assert results(tmp_path / "run") == plain
    assert {each.status for each in server.batches} == {"completed"}


def test_a_quota_that_nobody_told_is_found_out(
    tmp_path: Path, evolve: Evolve, plain: Plain
) -> None:
    with serve(ServerOptions(batch_words=1200, batch_seconds=0.05)) as server:
        assert evolve(server, "--batch-size", 4).code == 0
    assert results(tmp_path / "run") == plain
    assert server.answered == server.distinct
    assert "token_limit_exceeded" in {each.error for each in server.batches}


def test_uploads_and_batches_that_nobody_heard_of_are_found_by_their_names(
    tmp_path: Path, evolve: Evolve, plain: Plain
) -> None:
    with serve(ServerOptions(batch_losses=5)) as server:
        assert evolve(server).code == 0
    assert results(tmp_path / "run") == plain
    assert server.answered == server.distinct
    assert len({each.input_file for each in server.batches}) == len(server.batches)


def test_an_endpoint_without_batches_says_so_at_once(tmp_path: Path, evolve: Evolve) -> None:
    with serve(ServerOptions(has_batches=False)) as server:
        result = evolve(server)
    assert result.code == 2
    assert "are there batches? --engine local needs none" in result.err
    assert not (tmp_path / "run").exists()
    assert server.answered == 0


def test_a_model_without_batches_is_refused_before_anything_is_made(
    tmp_path: Path, data: Path
) -> None:
    result = coevol("evolve", data, "--out", tmp_path / "run", "--engine", "batch")
    assert result.code == 2
    assert "coevol knows no batches of rehearsal; --engine local" in result.err
    assert not (tmp_path / "run").exists()


def test_options_of_batches_go_with_their_engine(tmp_path: Path, data: Path) -> None:
    result = coevol("evolve", data, "--out", tmp_path / "run", "--batch-size", 5)
    assert_one_line(result.err, "--batch-size goes with --engine batch")


def test_the_summary_counts_what_batches_took(
    tmp_path: Path, evolve: Evolve, plain_run: Path
) -> None:
    with serve() as server:
        assert evolve(server).code == 0
    runs = (plain_run, tmp_path / "run")
    one, other = (json.loads((run / "summary.json").read_bytes()) for run in runs)
    assert one["calls"]["answered"] == other["calls"]["answered"] == server.answered
    assert one["usage"] == other["usage"]
    with closing(sqlite3.connect(tmp_path / "run" / "run.db")) as database:
        assert set(database.execute("SELECT tier FROM spent")) == {("batch",)}


def test_an_empty_first_line_is_kept_as_that_of_a_call_alone(tmp_path: Path, data: Path) -> None:
    """Also by a run that an earlier version began, which did not note which calls stop."""
    kept: dict[str, set[bytes]] = {}
    for engine, options in {"alone": [], "batch": BATCH}.items():
        run = tmp_path / engine
        with serve() as server:
            start = ["evolve", data, "--out", run, *at(server), "--economy", *options]
            assert coevol(*start, "--limit", 1).code == 0
            with closing(sqlite3.connect(run / "run.db")) as database, database:
                database.execute("ALTER TABLE batch_lines DROP COLUMN stops")
            server.change(opening="\n\n")
            assert coevol(*start).code == 0
            assert "" in {each.answer for each in server.requests}
            assert answers_kept(run) == server.distinct == server.answered
        with closing(sqlite3.connect(run / "run.db")) as database:
            kept[engine] = {key for (key,) in database.execute("SELECT key FROM calls")}
    assert len(kept["alone"]) == len(kept["batch"])
    assert results(tmp_path / "alone") == results(tmp_path / "batch")
