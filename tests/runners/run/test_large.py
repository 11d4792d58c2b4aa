"""A large dataset: its first rows are evolved while the others are still being read.

What is large is set to a few rows here.
"""

import json
import sys
from collections import Counter
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.runners.commands import assert_one_line, at, coevol, repeated
from tests.runners.datasets import Fields, evolved, plain, read_jsonl
from tests.support.rows import write_jsonl
from tests.support.server import Server, ServerOptions, serve

FIRST = 4
OUTPUTS = ("evolved.jsonl", "evolutions.jsonl", "failures.jsonl")


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is large."""
    monkeypatch.setattr("runners.folder.intake.LARGE", -1)
    monkeypatch.setattr("runners.folder.intake.FIRST", FIRST)
    monkeypatch.setattr("runners.folder.intake._PIECE", 2)


def rows_of_all_kinds() -> list[Fields]:
    """Rows, some of which are equal, and some of which pass untouched."""
    rows = plain(9)
    return [*rows, {**rows[0], "image": "a.png"}, rows[2], rows[2], {**rows[1], "image": "b.png"}]


def data_of(run: Path) -> dict[str, Any]:
    return yaml.safe_load((run / "run.yaml").read_text("utf-8"))["data"]


def test_what_comes_out_is_what_comes_out_of_a_small_one(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", rows_of_all_kinds())
    large, small = tmp_path / "large", tmp_path / "small"
    assert coevol("evolve", data, "--out", large, *at(server)).code == 0
    monkeypatch.undo()
    monkeypatch.setenv("OPENAI_API_KEY", "some-key")
    assert coevol("evolve", data, "--out", small, *at(server)).code == 0
    for name in OUTPUTS:
        assert (large / name).read_bytes() == (small / name).read_bytes()
    assert data_of(large) == data_of(small)
    assert data_of(large)["rows"] == 13
    assert len(data_of(large)["sha256"]) == 64
    rows = [json.loads((run / "summary.json").read_text())["rows"] for run in (large, small)]
    assert rows[0] == rows[1]


@pytest.fixture
def bad_at_the_end(tmp_path: Path) -> Path:
    """A dataset of twelve rows and a thirteenth that can't be read."""
    data = write_jsonl(tmp_path / "data.jsonl", plain(12))
    with data.open("a") as file:
        file.write('{"instruction": "Tell.", "output": 7}\n')
    return data


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Generator[Server]:
    """A model, and no row beyond the first ones is read before it has answered some calls."""
    from runners.folder.intake import Intake
    from tests.runners.commands import wait_until

    go_on = Intake.go_on
    with serve(ServerOptions()) as server:

        def wait(intake: Intake) -> Any:
            wait_until(lambda: server.answered >= 4)
            return go_on(intake)

        monkeypatch.setattr(Intake, "go_on", wait)
        yield server


def test_a_bad_row_far_behind_stops_the_run_and_nothing_paid_is_lost(
    tmp_path: Path, bad_at_the_end: Path, held: Server
) -> None:
    run = tmp_path / "run"
    start = ["evolve", bad_at_the_end, "--out", run, *at(held)]
    result = coevol(*start, "--quiet")
    assert result.code == 4
    words = "row 13, field output: must be text, but is int", "--bad-rows keep", "can be resumed"
    assert_one_line(result.err, *words, " of 12 rows are done")
    assert held.answered >= 4
    assert not (run / "evolved.jsonl").exists()  # what can't be read can't be written
    status = json.loads(coevol("status", run, "--json").out)
    assert status["rows"]["all_counted"] is False
    assert "coevol resume" in coevol("status", run).out
    check_that_all_rows_are_read_first(run, held, start)
    assert coevol(*start, "--bad-rows", "keep").code == 3
    assert repeated(held) == 0
    assert read_jsonl(run / "evolved.jsonl")[:12] == evolved(plain(12))
    assert data_of(run)["rows"] == 13


def check_that_all_rows_are_read_first(run: Path, server: Server, start: Sequence[object]) -> None:
    """Until the row is mended nothing more is paid."""
    before = len(server.requests)
    for again in (start, ["resume", run]):
        result = coevol(*again, "--quiet")
        assert result.code == 2
        assert_one_line(result.err, "row 13, field output", "--bad-rows keep")
    assert len(server.requests) == before
    exported = coevol("export", run, "--to", "alpaca", "--out", run.parent / "out", "--partial")
    assert exported.code == 2
    assert_one_line(exported.err, "was not read to the end yet; coevol resume")


def test_a_run_that_stops_early_writes_all_rows(tmp_path: Path, held: Server) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(12)), tmp_path / "run"
    result = coevol("evolve", data, "--out", run, *at(held), "--max-tokens-total", 20_000)
    assert result.code == 4, result.err
    assert len(read_jsonl(run / "evolved.jsonl")) == 12
    assert data_of(run)["rows"] == 12
    assert coevol("resume", run).code == 0
    assert repeated(held) == 0
    assert read_jsonl(run / "evolved.jsonl") == evolved(plain(12))


def test_a_run_that_stops_early_says_that_it_reads_the_rest(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from runners.folder.intake import Intake
    from runners.run.progress import Progress
    from tests.runners.commands import wait_until

    said: list[str] = []
    go_on = Intake.go_on

    def hear(_: Progress, text: str) -> None:
        said.append(text)

    def wait(intake: Intake) -> Any:
        """Read on when the user has been told; by then the run has stopped."""
        wait_until(lambda: any("rest of the rows" in each for each in said))
        return go_on(intake)

    monkeypatch.setattr(Progress, "say", hear)
    monkeypatch.setattr(Intake, "go_on", wait)
    monkeypatch.setattr("runners.folder.intake.FIRST", 20)  # more than are open at once
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(30)), tmp_path / "run"
    start = ["evolve", data, "--out", run, *at(server), "--concurrency", "1"]
    assert coevol(*start, "--max-tokens-total", 5_000).code == 4
    assert len(read_jsonl(run / "evolved.jsonl")) == 30


def test_a_row_far_behind_is_selected_by_its_id(tmp_path: Path, server: Server) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(12)), tmp_path / "run"
    assert coevol("evolve", data, "--out", tmp_path / "all", *at(server)).code == 0
    id_ = read_jsonl(tmp_path / "all" / "evolutions.jsonl")[10]["id"]
    start = ["evolve", data, "--out", run, *at(server), "--quiet", "--where-id"]
    assert coevol(*start, id_).code == 0
    assert read_jsonl(run / "evolved.jsonl") == evolved(plain(12))[10:11]
    none = coevol("evolve", data, "--out", tmp_path / "none", *at(server), "--where-id", "x" * 20)
    assert none.code == 2
    assert "no row is selected; see --offset and --where-id" in none.err


def test_a_limit_does_not_wait_for_the_hash(tmp_path: Path, server: Server) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(12)), tmp_path / "run"
    assert coevol("evolve", data, "--out", run, *at(server), "--limit", 2).code == 0
    whole = tmp_path / "whole"
    assert coevol("evolve", data, "--out", whole, *at(server)).code == 0
    assert data_of(run)["sha256"] == data_of(whole)["sha256"]
    assert data_of(run)["rows"] == 2


class Opens:
    """Counts how often files are opened, in this process."""

    def __init__(self) -> None:
        self.counted: Counter[str] | None = None
        sys.addaudithook(self)

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and self.counted is not None:
            self.counted[str(arguments[0])] += 1


@pytest.fixture(scope="module")
def opens() -> Opens:
    return Opens()


@pytest.mark.parametrize("kind", ["large", "small"])
def test_a_file_is_read_once_before_once_during_and_once_after(
    tmp_path: Path, server: Server, opens: Opens, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", rows_of_all_kinds()), tmp_path / "run"
    if kind == "small":
        monkeypatch.setattr("runners.folder.intake.LARGE", 1 << 20)
    opens.counted = counted = Counter[str]()
    assert coevol("evolve", data, "--out", run, *at(server)).code == 0
    opens.counted = None
    assert counted[str(data)] == 3
