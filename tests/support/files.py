"""Folders seen from outside: their contents, and some that can't be written to."""

import os
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

State = dict[str, tuple[bytes, int]]
"""By a file's path in its folder: its contents, and when it was written, in nanoseconds."""


def state_of(folder: Path) -> State:
    """Everything in a folder, as it is at this moment."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in files
    }


@contextmanager
def unwritable(folder: Path) -> Generator[None]:
    """Make a folder and its files read-only.

    Root has it anyway; for root the folder becomes a mount that is read-only, where there can be
    one, else the test is skipped.
    """
    if os.geteuid() == 0:
        _mount("--bind", str(folder), str(folder))
        try:
            _mount("-o", "remount,bind,ro", str(folder))
            yield
        finally:
            subprocess.run([shutil.which("umount") or "umount", str(folder)], check=True)
        return
    modes = {path: path.stat().st_mode for path in (folder, *folder.rglob("*"))}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


def _mount(*arguments: str) -> None:
    command = [shutil.which("mount") or "mount", *arguments]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("folders can't be mounted here")
