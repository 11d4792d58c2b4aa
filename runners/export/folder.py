"""The folder of an export: either whole or absent, and never replacing anything else.

Its `export.yaml` says what made it, and lists its files.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from shutil import rmtree
from typing import Any

from runners.errors import StorageError, UsageError
from runners.export.stamp import STAMP, dump_stamp, files_below, hash_of, parse_stamp


@contextmanager
def new_folder(out: Path, stamp: dict[str, Any]) -> Generator[Path]:
    """A folder to fill, which replaces `out` at the end of the block.

    Raises UsageError if `out` holds anything but an unmodified earlier export, StorageError if it
    can't be written.
    """
    out = out.resolve()
    check_replaceable(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        half = _beside(out)
        half.mkdir()
        try:
            yield half
            _finish(half, stamp)
            _replace(out, half)
        finally:
            rmtree(half, ignore_errors=True)
    except OSError as error:
        raise StorageError(f"{out}: can't be written: {error.strerror or error}") from None


def check_replaceable(out: Path) -> dict[str, Any] | None:
    """Read the stamp of the export at `out`; None if nothing is there.

    Raises UsageError if something else, or a modified export, is there.
    """
    if not out.exists():
        return None
    if not out.is_dir():
        raise UsageError(f"{out}: is a file; give a folder as --out")
    if not any(out.iterdir()):
        return None
    stamp = _stamp_in(out / STAMP)
    if stamp is None:
        raise UsageError(f"{out}: holds something else; give another --out")
    made: dict[str, str] = stamp["sha256"]
    for name, path in files_below(out):
        if name != STAMP and (name not in made or made[name] != hash_of(path)):
            how = "changed" if name in made else "added"
            raise UsageError(f"{out}: {name} was {how} since the export; give another --out")
    return stamp


def _finish(half: Path, stamp: dict[str, Any]) -> None:
    """Flush all files to disk, and add the stamp."""
    for _, path in files_below(half):
        with path.open("r+b") as file:  # Windows syncs no file that is open for reading alone
            os.fsync(file.fileno())
    files = {name: hash_of(path) for name, path in files_below(half)}
    (half / STAMP).write_text(dump_stamp({**stamp, "sha256": files}), "utf-8")


def _replace(out: Path, half: Path) -> None:
    """Replace a folder by another one; restore it if that fails."""
    if not out.exists():
        half.replace(out)
        return
    earlier = _beside(out)  # a new name: on Windows no folder can be moved onto another
    out.replace(earlier)
    try:
        half.replace(out)
    except OSError:
        earlier.replace(out)
        raise
    rmtree(earlier)


def _beside(out: Path) -> Path:
    """An unused hidden name beside `out`."""
    return out.with_name(f".{out.name[:50]}.{token_hex(8)}")


def _stamp_in(path: Path) -> dict[str, Any] | None:
    """The stamp of an export; None if there is none."""
    try:
        return parse_stamp(path.read_bytes())
    except OSError:
        return None
