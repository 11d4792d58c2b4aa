"""Locks: held by the one process that works on something, and visible to readers."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from runners.errors import StorageError, UsageError

_GLANCE = 0.2
"""Seconds to wait for a lock, because a check whether it is held takes it for a moment."""


def take(lock: FileLock, taken: str) -> bool:
    """Take a lock, creating its folder if needed; return whether the folder is new.

    Raises UsageError with the words `taken` if another process has it, and if it can't be created.
    """
    folder = Path(lock.lock_file).parent
    try:
        is_new = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=_GLANCE, poll_interval=_GLANCE / 10)
    except Timeout:
        raise UsageError(taken) from None
    except OSError as error:
        hint = "give a folder that can be made and written"
        raise UsageError(f"{folder}: {_why_not(folder, error)}; {hint}") from None
    return is_new


def _why_not(folder: Path, error: OSError) -> str:
    """Why a lock can't be made in a folder."""
    if folder.is_symlink() and not folder.exists():
        return "can't be made: it is a link to nothing"
    if isinstance(error, FileExistsError):
        return "can't be made: it is a file"
    return f"can't be {'written' if folder.is_dir() else 'made'}: {error.strerror}"


@contextmanager
def held(stem: Path, what: str) -> Generator[None]:
    """Lock the files STEM.* of something, such as a comparison.

    Raises UsageError if a process is working on them, StorageError as `take` does.
    """
    lock = FileLock(stem.with_name(f".{stem.name}.lock"))
    take(lock, f"{stem}: another process is at work on this {what}")
    try:
        yield
    finally:
        lock.release()


def is_held(path: Path) -> bool:
    """Whether a process holds the FileLock of this path, without creating it.

    Neither the lock nor its folder need be writable. Raises StorageError if it can't be checked.
    """
    if not path.exists():
        return False
    try:
        return _is_held_by_a_writer(path) if sys.platform == "win32" else _is_flocked(path)
    except OSError as error:
        raise StorageError(f"{path}: can't be read: {error.strerror}") from None


def _is_flocked(path: Path) -> bool:
    import fcntl

    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        # Held; or the file system has no locks: then a FileLock is held while its file exists.
        return True
    finally:
        os.close(descriptor)
    return False


def _is_held_by_a_writer(path: Path) -> bool:
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False
