"""A run in batches that is killed finds them again: nothing is paid twice, nothing is lost."""

import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.runners.batches.conftest import BATCH, PlainRuns, ids_known, of, results
from tests.runners.commands import assert_one_line, at, coevol, ended, started, wait_until
from tests.support.server import Server, ServerOptions, serve

_MOMENTS: list[tuple[str, Callable[[Server], object]]] = [
    ("file", lambda server: server.ledger.files),  # uploaded, and no more
    ("batch", lambda server: len(server.batches) == 2),  # made, its id not heard
    ("", lambda server: server.batches[-1].results and len(server.batches) > 4),  # at work on it
    ("", lambda server: sum(each.is_over for each in server.batches) > 8),  # over, not looked at
    ("", lambda server: any("batch_12-output" in each for each in server.ledger.files)),  # taken
]
"""When the run is killed, and of what the server says nothing until then."""


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("provider", ["openai", "google_genai", "together"])
def test_five_kills_lose_nothing_and_pay_for_nothing_twice(
    tmp_path: Path, data: Path, plain_runs: PlainRuns, provider: str
) -> None:
    run = tmp_path / "run"
    with serve(ServerOptions(batch_seconds=0.2)) as server:
        start = ["evolve", data, "--out", run, *of(provider, server), *BATCH, "--batch-size", 8]
        for stalls, moment in _MOMENTS:
            server.change(batch_stalls=stalls)
            with started(*start) as process:
                wait_until(lambda moment=moment: moment(server))
                assert process.poll() is None, "the run ended before it could be killed"
                process.kill()
                process.wait()
        server.change(batch_stalls="")
        result = coevol(*start)
        assert result.code == 0, result.err
    names = [name for each in server.batches for name, _ in each.lines]
    assert len(names) == len(set(names)) == server.answered == server.distinct
    assert results(run) == results(plain_runs(provider))


@pytest.mark.parametrize("status", [404, 405])
def test_a_gateway_that_lists_no_files_is_asked_for_batches_alone(
    tmp_path: Path, data: Path, plain: dict[str, bytes], status: int
) -> None:
    """The file of which nothing was made is sent once more; the batch is known by its metadata."""
    run = tmp_path / "run"
    with serve(ServerOptions(file_list_status=status)) as server:
        start = ["evolve", data, "--out", run, *at(server), *BATCH, "--batch-size", 8]
        for stalls, moment in _MOMENTS[:2]:
            server.change(batch_stalls=stalls)
            with started(*start) as process:
                wait_until(lambda moment=moment: moment(server))
                process.kill()
                process.wait()
        server.change(batch_stalls="")
        result = coevol(*start)
        assert result.code == 0, result.err
    assert server.answered == server.distinct
    assert results(run) == plain


def test_a_run_with_batches_out_there_goes_on_in_batches_alone(
    tmp_path: Path, data: Path, plain: dict[str, bytes]
) -> None:
    """Else the calls in them would be paid again."""
    run = tmp_path / "run"
    with serve(ServerOptions(batch_seconds=1)) as server:
        with started("evolve", data, "--out", run, *at(server), *BATCH) as process:
            wait_until(lambda: ids_known(run))
            process.kill()
            process.wait()
        refused = coevol("resume", run, "--quiet")
        assert refused.code == 2
        assert_one_line(refused.err, "out there, with", "; --engine batch takes the answers")
        result = coevol("resume", run, *BATCH)
        assert result.code == 0, result.err
        assert server.answered == server.distinct
        assert coevol("resume", run).code == 0
    assert results(run) == plain


def test_ctrl_c_leaves_batches_out_there_and_the_next_start_takes_them(
    tmp_path: Path, data: Path, plain: dict[str, bytes]
) -> None:
    run = tmp_path / "run"
    with serve(ServerOptions(batch_seconds=3600)) as server:
        start = ["evolve", data, "--out", run, *at(server), *BATCH]
        with started(*start, "--batch-delay", 1) as process:
            wait_until(lambda: ids_known(run))
            process.send_signal(signal.SIGINT)
            result = ended(process)
        assert result.code == 130
        assert "1 batch is out there, with 12 calls" in result.err
        assert f"coevol cancel {run}" in result.err
        (batch,) = server.batches
        server.change(batch_seconds=0)
        server.stop()  # with it, whoever works on the batch
        batch.status = "expired"
        server.start()
        assert coevol(*start).code == 0
    assert results(run) == plain


def test_a_damaged_run_finds_its_batches_again(
    tmp_path: Path, data: Path, plain: dict[str, bytes]
) -> None:
    run = tmp_path / "run"
    with serve(ServerOptions(batch_seconds=0.5)) as server:
        start = ["evolve", data, "--out", run, *at(server), *BATCH]
        with started(*start) as process:
            wait_until(lambda: server.answered >= 12 and not server.batches[-1].is_over)
            process.kill()
            process.wait()
        spoil(run / "run.db")
        assert coevol("status", run).code == 4
        assert coevol("rescue", run).code == 0
        assert "\nbatch   " in coevol("status", run).out
        result = coevol(*start)
        assert result.code == 0, result.err
    names = [name for each in server.batches for name, _ in each.lines]
    assert len(names) == len(set(names)) == server.answered == server.distinct
    assert results(run) == plain


def spoil(path: Path) -> None:
    """Blank the header of a database, and what its log has of it."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[:100] = bytes(100)
    path.write_bytes(content)
