"""Answers kept outside a run, damaged: one line that names the file and says what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runners.commands import assert_one_line, coevol
from tests.runners.datasets import alpacas
from tests.support.rows import write_jsonl

PAGE = 4096
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "another file": lambda _: b"no database " * 500,
    "cut short": lambda data: data[: PAGE + 1000],
    "overwritten": lambda data: data[:PAGE] + b"\xee" * (len(data) - PAGE),
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_jsonl(tmp_path / "data.jsonl", alpacas(4))


def check(path: Path, damage: str, *command: object) -> None:
    """A command that needs the file says so, and the same one goes on without it."""
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    told = coevol(*command)
    assert told.code == 4
    assert_one_line(told.err, str(path), "move it away, or name another", "the same command")
    path.rename(path.with_name("away"))
    result = coevol(*command)
    assert result.code == 0, result.err


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_shared_cache(tmp_path: Path, data: Path, damage: str) -> None:
    cache, shared = tmp_path / "cache.db", ["--cache", tmp_path / "cache.db", "--quiet"]
    assert coevol("evolve", data, "--out", tmp_path / "one", *shared).code == 0
    check(cache, damage, "evolve", data, "--out", tmp_path / "two", *shared)


def test_a_comparison(tmp_path: Path, data: Path) -> None:
    run, out = tmp_path / "run", tmp_path / "comparison"
    assert coevol("evolve", data, "--out", run, "--quiet").code == 0
    compare = ["compare", run, "--judge-model", "rehearsal", "--out", out, "--quiet"]
    assert coevol(*compare).code == 0
    check(out / "compare.db", "overwritten", *compare)


def test_a_cache_that_can_be_no_file(tmp_path: Path, data: Path) -> None:
    command = ["evolve", data, "--out", tmp_path / "run", "--quiet", "--cache"]
    assert_one_line(coevol(*command, tmp_path).err, f"{tmp_path}: ", "it is a folder: give a file")
    nowhere = tmp_path / "nowhere"
    assert_one_line(coevol(*command, nowhere / "cache.db").err, f"there is no folder {nowhere}")
