"""Files that are whole or not there: nothing is left behind where one can't be written."""

from pathlib import Path

import pytest

from runners.errors import StorageError
from runners.storage.atomic import Replacement, write_atomically

FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_keeps_the_old_file_and_no_half_one(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    write_atomically(path, b"old")
    (tmp_path / "summary.json.tmp").symlink_to(FULL)
    with pytest.raises(StorageError, match=r"summary\.json: can't be written: No space left"):
        write_atomically(path, b"new")
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {path.name: b"old"}


def test_an_error_of_whoever_writes_keeps_the_old_file_and_no_half_one(tmp_path: Path) -> None:
    path = tmp_path / "evolved.jsonl"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError):
        _fail_half_way(path)
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {path.name: b"old"}


def _fail_half_way(path: Path) -> None:
    with Replacement(path) as file:
        file.write(b"half of the new")
        raise ZeroDivisionError
