"""The folder of an export: whole or not there, and never in the place of something else.

`export.yaml` in it says what made it, and which files are its own.
"""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, cast

import yaml

from runners.errors import StorageError, UsageError

_STAMP = "export.yaml"


@contextmanager
def new_folder(out: Path, stamp: dict[str, Any]) -> Generator[Path]:
    """A folder to fill, which takes the place of `out` when the block is done.

    Raises UsageError if `out` holds anything but an earlier export that nobody has changed,
    StorageError if it can't be written.
    """
    out = out.resolve()
    check_replaceable(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        half = Path(mkdtemp(prefix=f".{out.name[:50]}.", dir=out.parent))
        try:
            yield half
            _finish(half, stamp)
            _replace(out, half)
        finally:
            rmtree(half, ignore_errors=True)
    except OSError as error:
        raise StorageError(f"{out}: can't be written: {error.strerror or error}") from None


def check_replaceable(out: Path) -> None:
    """Raise UsageError if `out` is there and is not an export as it was made."""
    if not out.exists():
        return
    if not out.is_dir():
        raise UsageError(f"{out}: is a file; give a folder as --out")
    if not any(out.iterdir()):
        return
    made = _read_stamp(out / _STAMP)
    if made is None:
        raise UsageError(f"{out}: holds something else; give another --out")
    for path in _files(out):
        name = path.relative_to(out).as_posix()
        if name != _STAMP and (name not in made or made[name] != _hash(path)):
            how = "changed" if name in made else "added"
            raise UsageError(f"{out}: {name} was {how} since the export; give another --out")


def _finish(half: Path, stamp: dict[str, Any]) -> None:
    """Put everything on the disk, and the stamp beside it."""
    for path in _files(half):
        with path.open("rb") as file:
            os.fsync(file.fileno())
    files = {path.relative_to(half).as_posix(): _hash(path) for path in _files(half)}
    text = yaml.safe_dump({**stamp, "sha256": files}, sort_keys=False, allow_unicode=True)
    (half / _STAMP).write_text(text, "utf-8")
    half.chmod(0o777 & ~_umask())  # mkdtemp's own is for its owner alone


def _replace(out: Path, half: Path) -> None:
    if out.exists():
        old = Path(mkdtemp(prefix=f".{out.name[:50]}.", dir=out.parent))
        out.replace(old)
        half.replace(out)
        rmtree(old)
    else:
        half.replace(out)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if not path.is_dir())


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _read_stamp(path: Path) -> dict[str, str] | None:
    """The files of an export and their hashes; None if it is none."""
    try:
        stamp = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None
    files = cast("dict[str, Any]", stamp).get("sha256") if isinstance(stamp, dict) else None
    return cast("dict[str, str]", files) if isinstance(files, dict) else None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
