"""A start over data that nobody has touched reads no row to take it down; one that was is read."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from runners.data.dataset import Dataset
from runners.data.formats import Task
from runners.data.rows import Row
from tests.runners.commands import at, coevol
from tests.runners.datasets import plain, read_jsonl
from tests.support.rows import write_jsonl
from tests.support.server import serve

BAD = b'{"instruction": null}\n'


class Rows:
    """Counts the rows out of which a task is taken."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read = 0
        read = Dataset.read

        def counted(dataset: Dataset, row: Row) -> Task:
            self.read += 1
            return read(dataset, row)

        monkeypatch.setattr(Dataset, "read", counted)

    def of(self, *arguments: object) -> int:
        """How many a command reads, and goes well."""
        self.read = 0
        result = coevol(*arguments)
        assert result.code == 0, result.err
        return self.read


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Rows:
    """A file counts as settled at once, which otherwise takes two seconds."""
    monkeypatch.setattr("runners.data.dataset.SETTLED", 0.0)
    return Rows(monkeypatch)


def test_an_untouched_file_is_not_taken_down_again(tmp_path: Path, rows: Rows) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(5)), tmp_path / "run"
    with serve() as server:
        start = ("evolve", data, "--out", run, *at(server), "--rounds", 1)
        assert rows.of(*start, "--sample", 3) == 5 + 5 + 3  # to draw, to take down, to evolve
        before, settings = (run / "evolved.jsonl").read_bytes(), (run / "run.yaml").read_bytes()
        assert rows.of(*start, "--sample", 3) == 0
        assert rows.of("resume", run) == 0
        assert (run / "evolved.jsonl").read_bytes() == before
        assert (run / "run.yaml").read_bytes() == settings


def test_rows_that_are_left_are_evolved_all_the_same(tmp_path: Path, rows: Rows) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(6)), tmp_path / "run"
    with serve() as server:
        start = ("evolve", data, "--out", run, *at(server), "--rounds", 1, "--concurrency", 1)
        assert coevol(*start, "--max-tokens-total", 3000).code == 4
        left = 6 - len(read_jsonl(run / "evolutions.jsonl"))
        assert left > 0
        assert rows.of("resume", run) == left
        assert coevol("resume", run).err.startswith("format: alpaca\nnothing to do: all 6 rows")


def touched(data: Path) -> None:
    os.utime(data)


def rewritten(data: Path) -> None:
    """The same size and time as before, as nobody would see who looked at these alone."""
    stat = data.stat()
    data.write_bytes(data.read_bytes().replace(b"row 1", b"row 9"))
    os.utime(data, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert data.stat().st_mtime_ns == stat.st_mtime_ns


def replaced(data: Path) -> None:
    other = data.with_name("other")
    other.write_bytes(data.read_bytes())
    other.replace(data)


@pytest.mark.parametrize(
    ("happen", "changed"), [(touched, False), (replaced, False), (rewritten, True)]
)
def test_a_file_that_was_touched_is_read_and_hashed_again(
    tmp_path: Path, rows: Rows, happen: Callable[[Path], None], changed: bool
) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(3)), tmp_path / "run"
    with serve() as server:
        start = ("evolve", data, "--out", run, *at(server), "--rounds", 1)
        assert rows.of(*start) == 3 + 3
        happen(data)
        result = coevol(*start)
    assert (result.code, "has changed" in result.err) == (0, changed), result.err
    assert rows.read == 6 + 3 + changed


def test_a_fresh_file_may_still_change_and_is_read_again(
    tmp_path: Path, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runners.data.dataset.SETTLED", 1e6)
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(3)), tmp_path / "run"
    with serve() as server:
        assert rows.of("evolve", data, "--out", run, *at(server), "--rounds", 1) == 3 + 3
        assert rows.of("resume", run) == 3


def test_another_selection_and_bad_rows_are_taken_down_again(tmp_path: Path, rows: Rows) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(4)), tmp_path / "run"
    data.write_bytes(data.read_bytes() + BAD)
    start = ("evolve", data, "--out", run, "--rounds", 1, "--bad-rows", "keep")
    assert coevol(*start).code == 3
    assert coevol(*start, "--limit", 2).code == 0
    for more in ((), (), ("--retry-failed",), ()):
        assert coevol(*start, *more).code == 3
        assert [each["error"] for each in read_jsonl(run / "failures.jsonl")] == ["BadRow"]
        assert read_jsonl(run / "evolved.jsonl")[-1] == {"instruction": None}
