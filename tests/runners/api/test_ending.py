"""A run from Python that ends early, however it does, goes on with the same call."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from runners import EvolvedDataset, aevolve, evolve
from runners.errors import Stopped
from runners.folder.records import Record
from tests.runners.commands import repeated, wait_until
from tests.runners.datasets import alpacas, evolved
from tests.support.server import Server, serve

ROWS = alpacas(12)
MODEL = "openai:test-model"


def test_a_limit_stops_it_and_the_same_call_goes_on(
    tmp_path: Path, temporary: Path, server: Server
) -> None:
    model: Any = {"model": MODEL, "base_url": server.base_url, "concurrency": 2}
    with pytest.raises(Stopped, match="token limit of 20000 reached") as stopped:
        evolve(ROWS, max_tokens_total=20_000, **model)
    [kept] = temporary.iterdir()
    assert str(kept) in stopped.value.__notes__[0]  # and no other note
    half = EvolvedDataset(kept)
    assert half.counts.left > 0
    assert len(list(half)) == len(ROWS)
    assert list(evolve(ROWS, kept, **model)) == evolved(ROWS)
    assert repeated(server) == 0


def test_an_error_in_a_callback_ends_the_run(tmp_path: Path, server: Server) -> None:
    def fail(record: Record) -> None:
        raise ZeroDivisionError(record.id)

    model: Any = {"model": MODEL, "base_url": server.base_url, "concurrency": 2}
    run = tmp_path / "run"
    with pytest.raises(ZeroDivisionError):
        evolve(ROWS, run, on_row=fail, **model)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(aevolve(ROWS, run, on_row=fail, **model))
    assert server.answered < server_calls(ROWS)
    assert list(evolve(ROWS, run, **model)) == evolved(ROWS)
    assert repeated(server) == 0


def server_calls(rows: list[dict[str, Any]]) -> int:
    """How many calls these rows take."""
    with serve() as other:
        evolve(rows, model=MODEL, base_url=other.base_url)
        return other.answered


async def test_cancelled_once_what_is_in_flight_is_kept_twice_it_is_not(
    tmp_path: Path, server: Server
) -> None:
    model: Any = {"model": MODEL, "base_url": server.base_url, "concurrency": 4}
    run = tmp_path / "run"
    server.change(latency=0.02)
    task = asyncio.create_task(aevolve(ROWS, run, **model))
    await asyncio.to_thread(wait_until, lambda: server.answered > 40)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [request.status for request in server.requests] == [200] * server.answered
    task = asyncio.create_task(aevolve(ROWS, run, **model))
    server.change(latency=1000.0)
    await asyncio.to_thread(wait_until, lambda: server.ledger.in_flight == 4)
    task.cancel()
    await asyncio.sleep(0.2)
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    server.change(latency=0.0)
    assert list(await aevolve(ROWS, run, **model)) == evolved(ROWS)
    assert repeated(server) == 0


async def test_a_cancelled_task_does_not_wait_for_long(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runners.api.waiting._GRACE", 0.2)
    server.change(latency=1000.0)
    model: Any = {"model": MODEL, "base_url": server.base_url}
    task = asyncio.create_task(aevolve(ROWS, tmp_path / "run", **model))
    await asyncio.to_thread(wait_until, lambda: server.ledger.in_flight > 0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(await aevolve(ROWS, tmp_path / "other", limit=1)) == 1


SCRIPT = """
import sys
from runners import evolve
from tests.runners.datasets import alpacas
rows = (row for row in alpacas(30))
evolve(rows, sys.argv[1], model="openai:test-model", base_url=sys.argv[2], concurrency=4)
"""


@contextmanager
def started(run: Path, server: Server) -> Generator[subprocess.Popen[str]]:
    """A script that evolves rows from memory, killed at the end if it is still there."""
    command = [sys.executable, "-c", SCRIPT, str(run), server.base_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as it:
        try:
            yield it
        finally:
            it.kill()


def test_a_killed_process_goes_on_and_pays_for_nothing_twice(
    tmp_path: Path, server: Server
) -> None:
    run, rows, kills = tmp_path / "run", alpacas(30), (0, 60, 200)
    server.change(latency=0.02)
    for moment in kills:
        with started(run, server) as process:
            wait_until(lambda moment=moment: server.distinct > moment)
            process.kill()
            process.wait()
            wait_until(lambda: server.ledger.in_flight == 0)
    server.change(latency=0.0)
    assert list(evolve(rows, run, model=MODEL, base_url=server.base_url)) == evolved(rows)
    assert repeated(server) <= 4 * len(kills)  # no more than may be in flight


def test_ctrl_c_is_a_keyboard_interrupt_and_resumable(tmp_path: Path, server: Server) -> None:
    run, rows = tmp_path / "run", alpacas(30)
    server.change(latency=0.02)
    with started(run, server) as process:
        wait_until(lambda: server.answered > 50)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (-signal.SIGINT, "")
    assert err.splitlines()[-1] == "KeyboardInterrupt"
    assert [request.status for request in server.requests] == [200] * server.answered
    assert len(EvolvedDataset(run)) == len(rows)
    server.change(latency=0.0)
    assert list(evolve(rows, run, model=MODEL, base_url=server.base_url)) == evolved(rows)
    assert repeated(server) == 0


def test_ctrl_c_twice_gives_up_the_calls_in_flight(tmp_path: Path, server: Server) -> None:
    run = tmp_path / "run"
    with started(run, server) as process:
        wait_until(lambda: server.answered > 20)
        server.change(latency=1000.0)
        wait_until(lambda: server.ledger.in_flight == 4)
        process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT
    assert EvolvedDataset(run).counts.left > 0
