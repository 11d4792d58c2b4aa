"""The batches that are not OpenAI's: Anthropic's and Gemini's by their own SDKs, and Together's."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from nodes.models.settings import ModelSettings
from runners.batches.providers import open_provider
from runners.batches.together_batches import TogetherBatches
from tests.runners.batches.conftest import BATCH, PlainRuns, ids_known, of, results
from tests.runners.commands import KEY, Result, coevol, started, wait_until
from tests.runners.datasets import read_jsonl
from tests.support.replies import openai
from tests.support.server import Fate, Faults, Server, ServerOptions, serve

ANTHROPIC, GOOGLE, TOGETHER = "anthropic", "google_genai", "together"
EACH = pytest.mark.parametrize("provider", [ANTHROPIC, GOOGLE, TOGETHER])
pytestmark = pytest.mark.usefixtures("keys", "briefly")


@pytest.fixture
def briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runners.batches.patience._SHORTEST", 0.01)


def evolve(provider: str, data: Path, run: Path, server: Server, *options: object) -> Result:
    return coevol("evolve", data, "--out", run, *of(provider, server), *BATCH, *options)


@pytest.mark.parametrize(
    ("provider", "options"),
    [
        (
            ANTHROPIC,
            ServerOptions(
                batch_fates=(Fate("expired", share=0.5, since=1, until=2),), batch_losses=1
            ),
        ),
        (ANTHROPIC, ServerOptions(faults=Faults(error_500=0.1, attempts=1))),
        (
            GOOGLE,
            ServerOptions(
                batch_fates=(Fate("partially_succeeded", share=0.5, since=1, until=2),),
                batch_losses=6,
            ),
        ),
        (GOOGLE, ServerOptions(batch_fates=(Fate("expired", since=1, until=2),))),
        (GOOGLE, ServerOptions(faults=Faults(error_500=0.1, attempts=1))),
        (GOOGLE, ServerOptions(batch_words=1200, batch_seconds=0.05)),
        (
            TOGETHER,
            ServerOptions(
                batch_fates=(Fate("expired", share=0.5, since=1, until=2),), batch_losses=6
            ),
        ),
        (TOGETHER, ServerOptions(batch_fates=(Fate("failed", since=1, until=2),))),
        (TOGETHER, ServerOptions(faults=Faults(error_500=0.1, attempts=1))),
    ],
    ids=[
        "anthropic-expired-lost",
        "anthropic-errors",
        "google-in-part-lost",
        "google-expired",
        "google-errors",
        "google-full",
        "together-expired-lost",
        "together-failed",
        "together-errors",
    ],
)
def test_a_run_in_batches_comes_to_the_same_bytes_whatever_happens(
    tmp_path: Path, data: Path, plain_runs: PlainRuns, provider: str, options: ServerOptions
) -> None:
    with serve(options) as server:
        result = evolve(provider, data, tmp_path / "run", server, "--batch-size", 5)
        assert result.code == 0, result.err
    assert results(tmp_path / "run") == results(plain_runs(provider))
    assert server.answered == server.distinct
    with closing(sqlite3.connect(tmp_path / "run" / "run.db")) as database:
        assert set(database.execute("SELECT tier FROM spent")) == {("batch",)}


_UNHEARD: list[tuple[str, str, Callable[[Server], object]]] = [
    (ANTHROPIC, "message_batch", lambda server: server.batches),
    (GOOGLE, "file", lambda server: server.ledger.files),
    (GOOGLE, "batch", lambda server: server.batches),
    (TOGETHER, "file", lambda server: server.ledger.files),
    (TOGETHER, "batch", lambda server: server.batches),
]
"""What has arrived while nobody hears of it, and when it has."""


@pytest.mark.parametrize(
    ("provider", "stalls", "moment"),
    _UNHEARD,
    ids=["anthropic", "google-file", "google-batch", "together-file", "together-batch"],
)
def test_what_nobody_heard_of_is_found_after_a_kill(
    tmp_path: Path,
    data: Path,
    plain_runs: PlainRuns,
    provider: str,
    stalls: str,
    moment: Callable[[Server], object],
) -> None:
    run = tmp_path / "run"
    with serve(ServerOptions(batch_stalls=stalls)) as server:
        with started("evolve", data, "--out", run, *of(provider, server), *BATCH) as process:
            wait_until(lambda: moment(server))
            process.kill()
            process.wait()
        server.change(batch_stalls="")
        result = evolve(provider, data, run, server)
        assert result.code == 0, result.err
    assert results(run) == results(plain_runs(provider))
    assert server.answered == server.distinct
    names = [name for each in server.batches for name, _ in each.lines]
    assert len(names) == len(set(names))


def test_batches_without_names_are_told_apart_by_what_they_answered(
    tmp_path: Path, data: Path, plain_runs: PlainRuns
) -> None:
    """Three of one size arrive at once, and nobody hears of any of them."""
    run = tmp_path / "run"
    with serve(ServerOptions(batch_stalls="message_batch", batch_seconds=1)) as server:
        start = ["evolve", data, "--out", run, *of(ANTHROPIC, server), *BATCH, "--batch-size", 4]
        with started(*start) as process:
            wait_until(lambda: len(server.batches) == 3)
            process.kill()
            process.wait()
        for batch in server.batches:
            batch.created_at = server.batches[0].created_at
        server.change(batch_stalls="", batch_seconds=0)
        result = evolve(ANTHROPIC, data, run, server)
        assert result.code == 0, result.err
    assert results(run) == results(plain_runs(ANTHROPIC))
    assert server.answered == server.distinct


def test_a_batch_that_can_not_be_told_from_others_yet_is_not_given_up(
    tmp_path: Path, data: Path
) -> None:
    run = tmp_path / "run"
    with serve(ServerOptions(batch_stalls="message_batch", batch_seconds=3600)) as server:
        with started("evolve", data, "--out", run, *of(ANTHROPIC, server), *BATCH) as process:
            wait_until(lambda: server.batches)
            process.kill()
            process.wait()
        told = coevol("cancel", run).out
        assert {each.status for each in server.batches} == {"in_progress"}
    assert "calls of anthropic:test-model were perhaps sent, not given up: coevol resume" in told


@EACH
def test_a_line_that_is_refused_for_good_fails_its_row_alone(
    tmp_path: Path, data: Path, provider: str
) -> None:
    reply = openai(400, "prompt is too long", task="advisor", after=24, until=26)
    with serve(ServerOptions(replies=(reply,))) as server:
        assert evolve(provider, data, tmp_path / "run", server).code == 3
    failures = read_jsonl(tmp_path / "run" / "failures.jsonl")
    error = "ClientError" if provider == GOOGLE else "BadRequestError"
    assert {(each["error"], each["message"]) for each in failures} == {
        (error, "prompt is too long")
    }


@EACH
def test_a_batch_that_is_cancelled_stops_the_run(
    tmp_path: Path, data: Path, plain_runs: PlainRuns, provider: str
) -> None:
    with serve(ServerOptions(batch_fates=(Fate("cancelled", share=0.5),))) as server:
        result = evolve(provider, data, tmp_path / "run", server)
        assert result.code == 4
        assert "was cancelled" in result.err
        assert evolve(provider, data, tmp_path / "run", server).code == 0
    assert results(tmp_path / "run") == results(plain_runs(provider))
    assert server.answered == server.distinct


@EACH
def test_cancel_gives_up_what_is_out_there(
    tmp_path: Path, data: Path, plain_runs: PlainRuns, provider: str
) -> None:
    run = tmp_path / "run"
    with serve(ServerOptions(batch_seconds=3600)) as server:
        with started("evolve", data, "--out", run, *of(provider, server), *BATCH) as process:
            wait_until(lambda: ids_known(run))
            process.kill()
            process.wait()
        assert "given up, with " in coevol("cancel", run).out
        assert {each.status for each in server.batches} == {"cancelled"}
        server.change(batch_seconds=0)
        assert evolve(provider, data, run, server).code == 0
    assert results(run) == results(plain_runs(provider))


def test_a_batch_of_gemini_that_failed_says_why(tmp_path: Path, data: Path) -> None:
    with serve(ServerOptions(batch_fates=(Fate("failed", until=99),))) as server:
        assert evolve(GOOGLE, data, tmp_path / "run", server).code == 3
    failures = read_jsonl(tmp_path / "run" / "failures.jsonl")
    assert {each["error"] for each in failures} == {"BatchFailed"}
    assert "ended as failed: The batch failed: invalid_request" in failures[0]["message"]


def test_no_batches_of_gemini_by_another_protocol(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "sk-test-1f0c9d1e5b7a44aa")
    result = coevol("evolve", data, "--out", tmp_path / "run", "--model", "gemini:any", *BATCH)
    assert result.code == 2
    assert "Gemini's are made through google_genai:any; give that" in result.err
    assert not (tmp_path / "run").exists()


def test_a_share_of_togethers_is_told_as_a_number_of_calls(tmp_path: Path, data: Path) -> None:
    run = tmp_path / "run"
    waiting = ServerOptions(batch_seconds=3600)
    with (
        serve(waiting) as server,
        started("evolve", data, "--out", run, *of(TOGETHER, server), *BATCH) as process,
    ):
        wait_until(lambda: server.batches)
        batch = server.batches[0]
        calls = len(batch.lines)
        batch.results += [(name, 200, {}) for name, _ in batch.lines[: calls // 2]]
        told = f"batch   {batch.id}: {calls} calls, {calls // 2} answered, in_progress"
        wait_until(lambda: told in coevol("status", run).out)
        process.kill()
        process.wait()


def test_togethers_own_address_is_known_whatever_the_model_is_called_by(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    settings = ModelSettings(model="openai:any", base_url="https://api.together.ai/v1")
    assert isinstance(open_provider(settings), TogetherBatches)
