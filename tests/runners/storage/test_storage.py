"""A disk that gives way: one clear line, and what was committed stays."""

import resource
import shutil
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.runners.commands import assert_one_line, at, coevol, ended, repeated, started
from tests.runners.datasets import alpacas, evolved, plain, read_jsonl
from tests.support.files import unwritable
from tests.support.rows import write_jsonl
from tests.support.server import serve

ROWS = alpacas(40)


@pytest.fixture
def small_disk(tmp_path: Path) -> Generator[Path]:
    """A disk of 600 KB; only root can make one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount") or "mount"
    command = [mount, "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(disk)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("disks can't be mounted here")
    try:
        yield disk
    finally:
        subprocess.run([shutil.which("umount") or "umount", str(disk)], check=True)


def test_a_full_disk(small_disk: Path, tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", ROWS), small_disk / "run"
    with serve() as server:
        with started("evolve", data, "--out", run, "--quiet", *at(server)) as process:
            result = ended(process)
        assert result.code == 4, result.err
        assert_one_line(result.err, str(run))
        assert "full" in result.err or "No space left" in result.err
        rescued = tmp_path / "rescued"
        shutil.copytree(run, rescued)
        check_goes_on(rescued, server.answered, data, at(server))
        assert repeated(server) <= 32


def check_goes_on(run: Path, paid: int, data: Path, model: list[str]) -> None:
    """What was committed before is used."""
    assert paid > 50
    result = coevol("evolve", data, "--out", run, *model)
    assert result.code == 0, result.err
    assert read_jsonl(run / "evolved.jsonl") == evolved(ROWS)


def test_files_that_can_grow_no_further(tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", ROWS), tmp_path / "run"

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))

    with serve() as server:
        arguments = ["evolve", data, "--out", run, "--quiet", *at(server)]
        with started(*arguments, before=limit) as process:
            result = ended(process)
        assert result.code == 4, result.err
        assert_one_line(result.err, str(run))
        check_goes_on(run, server.answered, data, at(server))
        assert repeated(server) <= 32


def test_a_folder_that_can_not_be_made(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(1))
    (tmp_path / "file").write_text("in the way")
    with serve() as server:
        for run in (tmp_path / "file", tmp_path / "file" / "run", Path("/proc/coevol")):
            result = coevol("evolve", data, "--out", run, "--quiet", *at(server))
            assert result.code == 2
            assert_one_line(result.err, str(run), "can't be made")
        assert not server.requests


def test_a_file_in_the_place_of_a_run_is_all_that_is_told(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(1))
    (file := tmp_path / "run.json").write_text("{}")
    with serve() as server:
        result = coevol("evolve", data, "--out", file, *at(server))
        assert not server.requests
    assert result.code == 2
    assert_one_line(result.err, f"{file}: can't be made: it is a file; give a folder")


def test_a_link_to_nothing_is_no_file(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(1))
    (link := tmp_path / "link").symlink_to(tmp_path / "away")
    result = coevol("evolve", data, "--out", link, "--quiet")
    assert result.code == 2
    assert_one_line(result.err, f"{link}: can't be made: it is a link to nothing; give a folder")


def test_a_run_folder_without_the_right_to_write_is_named_as_such(tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(1)), tmp_path / "run"
    assert coevol("evolve", data, "--out", run, "--quiet").code == 0
    with unwritable(run):
        for changing in (["resume", run, "--quiet"], ["clean", run]):
            result = coevol(*changing)
            assert result.code == 2
            assert_one_line(result.err, f"{run}: can't be written: ", "give a folder")


def test_a_cache_that_can_not_be_opened(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(1))
    (tmp_path / "text.db").write_text("this is no database, but a text that is long enough\n" * 99)
    with serve() as server:
        for cache in (tmp_path / "nowhere" / "cache.db", tmp_path / "text.db", tmp_path):
            start = ["evolve", data, "--out", tmp_path / "run", "--quiet", *at(server)]
            result = coevol(*start, "--cache", cache)
            assert result.code == 4
            assert_one_line(result.err, str(cache))
        assert not server.requests
