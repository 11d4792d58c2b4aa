"""A damaged run.db: every command says what to do, and what can be read is never paid twice."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import Mock

import pytest

from runners.folder.rescue import rescue
from tests.runners.commands import assert_one_line, at, coevol, repeated, started, wait_until
from tests.runners.datasets import alpacas, evolved, read_jsonl
from tests.support.rows import write_jsonl
from tests.support.server import Server, ServerOptions, serve

ROWS = alpacas(30)
PAGE = 4096


class Damage(NamedTuple):
    """What is done to the file, and the share of its calls that must come through at the least."""

    do: Callable[[bytearray], None]
    kept: float
    is_seen: bool = True
    """Whether every command trips over it."""


def overwrite(start: float, pages: int) -> Callable[[bytearray], None]:
    """Overwrite pages from that part of the file on."""

    def do(data: bytearray) -> None:
        at = int(len(data) * start) // PAGE * PAGE
        data[at : at + pages * PAGE] = b"\xa5" * (pages * PAGE)

    return do


def truncate(share: float) -> Callable[[bytearray], None]:
    def do(data: bytearray) -> None:
        del data[int(len(data) * share) :]

    return do


def cut_off(length: int) -> Callable[[bytearray], None]:
    def do(data: bytearray) -> None:
        del data[-length:]

    return do


def blank(length: int) -> Callable[[bytearray], None]:
    def do(data: bytearray) -> None:
        data[:length] = bytes(length)

    return do


def overwrite_every_fifth(data: bytearray) -> None:
    for start in range(4 * PAGE, len(data), 5 * PAGE):
        data[start : start + PAGE] = bytes(PAGE)


DAMAGES = {
    "truncated to half": Damage(truncate(0.5), 0.3),
    "truncated within a page": Damage(cut_off(1000), 0.9, is_seen=False),
    "pages in the middle overwritten": Damage(overwrite(0.5, 3), 0.5, is_seen=False),
    "the roots of all tables gone": Damage(overwrite(0.0, 12), 0.5),
    "every fifth page gone": Damage(overwrite_every_fifth, 0.5, is_seen=False),
    "header gone": Damage(blank(100), 1.0),
    "first page gone": Damage(blank(PAGE), 1.0),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run and what it had of its server, to be copied."""
    folder = tmp_path_factory.mktemp("whole")
    return write_jsonl(folder / "data.jsonl", ROWS)


@pytest.fixture
def finished(whole: Path, tmp_path: Path, server: Server) -> Path:
    run = tmp_path / "run"
    assert coevol("evolve", whole, "--out", run, *at(server)).code == 0
    return run


def damage(run: Path, do: Callable[[bytearray], None]) -> None:
    data = bytearray((run / "run.db").read_bytes())
    do(data)
    (run / "run.db").write_bytes(data)


def status(run: Path) -> dict[str, Any]:
    return json.loads(coevol("status", run, "--json").out)


def keys(path: Path) -> set[bytes]:
    with closing(sqlite3.connect(path)) as connection:
        return {key for (key,) in connection.execute("SELECT key FROM calls")}


@pytest.mark.parametrize("case", DAMAGES)
def test_a_damaged_run_is_rescued_and_goes_on(finished: Path, server: Server, case: str) -> None:
    run, (do, kept, is_seen) = finished, DAMAGES[case]
    before, evolved_before = status(run), (run / "evolved.jsonl").read_bytes()
    known = keys(run / "run.db")
    damage(run, do)
    if is_seen:
        for command in (["status", run], ["resume", run], ["show", run], ["check", run]):
            told = coevol(*command)
            assert told.code == 4
            assert_one_line(told.err, "run.db", f"coevol rescue {run} brings over")
    damaged = (run / "run.db").read_bytes()
    result = coevol("rescue", run)
    assert result.code == 0, result.err
    assert (run / "run.damaged.db").read_bytes() == damaged
    brought = keys(run / "run.db")
    assert brought <= known
    assert len(brought) >= kept * len(known)
    assert f"{len(brought):,} answered calls" in result.out
    after, asked = status(run), server.answered
    assert after["rows"]["finished"] <= before["rows"]["finished"]
    if kept < 1.0:
        assert "lost: " in result.out
    assert coevol("resume", run).code == 0
    again = server.answered - asked
    assert again <= before["calls"]["answered"] - len(brought)
    assert (run / "evolved.jsonl").read_bytes() == evolved_before
    assert read_jsonl(run / "evolved.jsonl") == evolved(ROWS)


def test_nothing_that_can_be_read_is_paid_twice(finished: Path, server: Server) -> None:
    """With all records of rows gone, what is asked again are the calls that are lost, alone."""
    with closing(sqlite3.connect(finished / "run.db")) as connection:
        connection.execute("DELETE FROM samples")
        connection.commit()
        connection.execute("VACUUM")  # so that no page in the middle is one that nobody uses
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    known = keys(finished / "run.db")
    damage(finished, overwrite(0.5, 3))
    result = coevol("rescue", finished)
    assert result.code == 0, result.err
    lost = len(known) - len(keys(finished / "run.db"))
    assert lost > 0
    asked = server.answered
    empty = asked - len(known)
    assert coevol("resume", finished).code == 0
    assert server.answered - asked <= lost + empty  # empty answers are never kept
    assert repeated(server) == lost
    assert read_jsonl(finished / "evolved.jsonl") == evolved(ROWS)


def test_a_killed_run_is_rescued_with_what_its_log_has(tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", ROWS), tmp_path / "run"
    with serve(ServerOptions(latency=0.02)) as server:
        assert coevol("evolve", data, "--out", run, "--limit", 15, *at(server)).code == 0
        first = server.answered
        with started("evolve", data, "--out", run, "--quiet", *at(server)) as process:
            wait_until(lambda: server.answered > first + 60)
            process.kill()
            process.wait()
        assert (run / "run.db-wal").exists()
        paid = server.answered
        damage(run, overwrite(0.3, 6))
        result = coevol("rescue", run)
        assert result.code == 0, result.err
        assert (run / "run.damaged.db-wal").exists()
        brought = len(keys(run / "run.db"))
        assert brought > first * 0.7
        assert coevol("resume", run).code == 0
        assert repeated(server) <= paid - brought
    assert read_jsonl(run / "evolved.jsonl") == evolved(ROWS)


def test_what_is_lost_is_told(finished: Path) -> None:
    records = {each["id"] for each in read_jsonl(finished / "evolutions.jsonl")}
    damage(finished, overwrite_every_fifth)
    out = coevol("rescue", finished).out
    lines = out.splitlines()
    assert any("answered calls, which will be asked again" in each for each in lines)
    (rows,) = [each for each in lines if "rows' records" in each]
    assert set(rows.rpartition(": ")[2].removesuffix(", ...").split(", ")) <= records
    assert lines[-1] == f"coevol resume {finished} goes on"


def test_what_is_whole_is_left_alone(finished: Path) -> None:
    before = (finished / "run.db").read_bytes()
    result = coevol("rescue", finished)
    assert (result.code, result.out) == (
        0, f"{finished}: run.db is not damaged; nothing was changed\n"
    )  # fmt: skip
    assert (finished / "run.db").read_bytes() == before


def test_two_rescues_keep_two_damaged_files(finished: Path) -> None:
    for name in ("run.damaged.db", "run.damaged-2.db"):
        damage(finished, blank(100))
        assert coevol("rescue", finished).code == 0
        assert (finished / name).exists()


def test_a_rescue_that_is_killed_in_the_middle_loses_nothing(
    finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before the new file takes its place, it leaves the damaged one where it was."""
    damage(finished, overwrite(0.5, 3))
    damaged = (finished / "run.db").read_bytes()
    with monkeypatch.context() as killed:
        killed.setattr(Path, "replace", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            rescue(finished)
    assert (finished / "run.db").read_bytes() == damaged
    assert coevol("rescue", finished).code == 0
    assert [each.name for each in finished.glob("run.damaged*")] == ["run.damaged.db"]
    assert (finished / "run.damaged.db").read_bytes() == damaged
    assert keys(finished / "run.db")


def test_where_there_is_no_run_there_is_nothing_to_rescue(tmp_path: Path) -> None:
    result = coevol("rescue", tmp_path)
    assert result.code == 2
    assert_one_line(result.err, "nothing to rescue")
    assert list(tmp_path.iterdir()) == []
