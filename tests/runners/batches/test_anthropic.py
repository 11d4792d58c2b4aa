"""Anthropic's message batches, through its own SDK and LangChain's model for it."""

from pathlib import Path

import pytest

from tests.runners.batches.conftest import BATCH, results
from tests.runners.commands import Result, coevol, started, wait_until
from tests.runners.datasets import read_jsonl
from tests.support.replies import openai
from tests.support.server import Fate, Faults, Server, ServerOptions, serve


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test-1f0c9d1e5b7a44aa")
    monkeypatch.setattr("runners.batches.patience._SHORTEST", 0.01)


def arguments(data: Path, run: Path, server: Server) -> list[object]:
    at = server.base_url.removesuffix("/v1")
    return ["evolve", data, "--out", run, "--model", "anthropic:test-model", "--base-url", at]


def evolve(data: Path, run: Path, server: Server, *options: object) -> Result:
    return coevol(*arguments(data, run, server), *BATCH, *options)


@pytest.fixture
def plain(tmp_path: Path, data: Path) -> dict[str, bytes]:
    run = tmp_path / "plain"
    with serve() as server:
        assert coevol(*arguments(data, run, server)).code == 0
    return results(run)


@pytest.mark.parametrize(
    "options",
    [
        ServerOptions(batch_fates=(Fate("expired", share=0.5, since=1, until=2),), batch_losses=1),
        ServerOptions(faults=Faults(error_500=0.1, attempts=1)),
    ],
    ids=["expired, lost", "errors"],
)
def test_a_run_in_batches_comes_to_the_same_bytes_whatever_happens(
    tmp_path: Path, data: Path, plain: dict[str, bytes], options: ServerOptions
) -> None:
    with serve(options) as server:
        result = evolve(data, tmp_path / "run", server)
        assert result.code == 0, result.err
    assert results(tmp_path / "run") == plain
    assert server.answered == server.distinct


def test_a_batch_whose_id_nobody_heard_is_found_after_a_kill(
    tmp_path: Path, data: Path, plain: dict[str, bytes]
) -> None:
    run = tmp_path / "run"
    with serve(ServerOptions(batch_stalls="message_batch")) as server:
        with started(*arguments(data, run, server), *BATCH) as process:
            wait_until(lambda: server.batches)
            process.kill()
            process.wait()
        server.change(batch_stalls="")
        result = evolve(data, run, server)
        assert result.code == 0, result.err
    assert results(run) == plain
    assert server.answered == server.distinct
    names = [name for each in server.batches for name, _ in each.lines]
    assert len(names) == len(set(names))


def test_a_line_that_is_refused_for_good_fails_its_row_alone(tmp_path: Path, data: Path) -> None:
    reply = openai(400, "prompt is too long", task="advisor", after=24, until=26)
    with serve(ServerOptions(replies=(reply,))) as server:
        assert evolve(data, tmp_path / "run", server).code == 3
    failures = read_jsonl(tmp_path / "run" / "failures.jsonl")
    assert {(each["error"], each["message"]) for each in failures} == {
        ("BadRequestError", "prompt is too long")
    }


def test_a_batch_that_is_cancelled_stops_the_run(
    tmp_path: Path, data: Path, plain: dict[str, bytes]
) -> None:
    with serve(ServerOptions(batch_fates=(Fate("cancelled", share=0.5),))) as server:
        result = evolve(data, tmp_path / "run", server)
        assert result.code == 4
        assert "was cancelled" in result.err
        assert evolve(data, tmp_path / "run", server).code == 0
    assert results(tmp_path / "run") == plain
    assert server.answered == server.distinct
