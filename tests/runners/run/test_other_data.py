"""A run whose data file has moved or changed says so before anything is paid."""

from pathlib import Path

import pytest

from tests.runners.commands import assert_one_line, at, coevol
from tests.runners.datasets import plain, read_jsonl
from tests.support.files import state_of
from tests.support.rows import write_jsonl
from tests.support.server import serve


def test_a_finished_runs_file_that_moved_is_named(tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(3)), tmp_path / "run"
    with serve() as server:
        assert coevol("evolve", data, "--out", run, *at(server)).code == 0
        paid, moved = server.answered, data.rename(tmp_path / "moved.jsonl")
        result = coevol("resume", run)
        assert result.code == 2
        assert_one_line(result.err, f"{data}: the run's dataset is not there; say where it is now")
        again = coevol("evolve", moved, "--out", run, *at(server))
        assert (again.code, "has changed" in again.err) == (0, False)
        assert server.answered == paid


def test_a_finished_runs_file_that_changed_is_named(tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(3)), tmp_path / "run"
    with serve() as server:
        assert coevol("evolve", data, "--out", run, *at(server)).code == 0
        write_jsonl(data, plain(5)[1:])
        result = coevol("resume", run)
    assert result.code == 0, result.err
    told = f"{data} has changed since this run last read it: 2 of its 4 rows are to be evolved now"
    assert f"{told}, 2 are done" in result.err
    assert result.err.index(told) < result.err.index("format: alpaca")
    same = coevol("resume", run)
    assert "has changed" not in same.err


def test_a_row_that_was_mended_is_told_in_the_singular(tmp_path: Path) -> None:
    rows = plain(3)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with serve() as server:
        assert coevol("evolve", data, "--out", run, *at(server)).code == 0
        write_jsonl(data, [{**rows[0], "output": "A mended response."}, *rows[1:]])
        result = coevol("resume", run)
    assert "1 of its 3 rows is to be evolved now, 2 are done" in result.err
    assert "will hold 3 rows; 1 other is done in this run, but not selected or not in" in result.err


@pytest.mark.parametrize("given", ["run", "run/evolved.jsonl", "link.jsonl"])
def test_a_run_does_not_write_into_its_own_dataset(tmp_path: Path, given: str) -> None:
    (run := tmp_path / "run").mkdir()
    write_jsonl(run / "evolved.jsonl", plain(3))
    (tmp_path / "link.jsonl").symlink_to(run / "evolved.jsonl")
    before = state_of(run)
    result = coevol("evolve", tmp_path / given, "--out", run, "--quiet")
    assert result.code == 2
    assert_one_line(result.err, f"{tmp_path / given}: the run would write into its own dataset")
    assert state_of(run) == before


def test_a_run_beside_its_dataset(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", rows := plain(3))
    for _ in range(2):
        assert coevol("evolve", data, "--out", tmp_path, "--quiet").code == 0
    assert read_jsonl(data) == rows
