"""The folder of an export in a store: written on a disk, uploaded, and stamped when it is complete.

A store can't replace a folder by another one at once. So `export.yaml` says `unfinished: true` from
before the first file is changed until the last one has arrived. Each file is either whole or
absent.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, cast

from runners.data.store_errors import store_errors
from runners.data.stores import StorePath, Version, version_of
from runners.errors import StorageError, UsageError
from runners.export.stamp import STAMP, dump_stamp, files_below, hash_of, parse_stamp

_PARTS = {"s3": {"chunksize": 16 << 20, "max_concurrency": 4}}
"""How large files are uploaded, by protocol. By default, s3fs holds ten parts of 50 MB, twice."""


@contextmanager
def uploaded(out: StorePath, scratch: Path, stamp: dict[str, Any]) -> Generator[Path]:
    """A folder to fill, which replaces `out` at the end of the block.

    It is made within `scratch`, a folder on a disk with room for all of it. Raises UsageError like
    `check_uploadable`, StorageError if the store or the disk fails; the export can then be made
    again.
    """
    try:
        with TemporaryDirectory(prefix=".export.", dir=scratch) as half:
            yield Path(half)
            _upload(Path(half), out, stamp)
    except OSError as error:
        raise StorageError(f"{scratch}: can't be written: {error.strerror or error}") from None


def check_uploadable(out: StorePath) -> dict[str, Any] | None:
    """Read the stamp of the export at `out`; None if nothing is there.

    Raises UsageError if the store can't hold exports, or something else or a modified export is
    there.
    """
    if out.protocol == "hf":
        raise UsageError(f"{out}: exports go to the Hub by --to hub --repo OWNER/NAME")
    if out.protocol in ("http", "https"):
        raise UsageError(f"{out}: can't be written to; give a folder, or a store such as s3://")
    return _present(_Folder(out)).stamp


def _upload(half: Path, out: StorePath, stamp: Mapping[str, Any]) -> None:
    folder = _Folder(out)
    before = _present(folder).files
    hashes = {name: hash_of(path) for name, path in files_below(half)}
    touched = dict.fromkeys([*hashes, *before])
    folder.write(STAMP, dump_stamp({"unfinished": True, "sha256": touched}))
    for name, path in files_below(half):
        folder.put(name, path)
    for name in before - hashes.keys():
        folder.remove(name)
    versions = _arrived(half, folder)
    folder.write(STAMP, dump_stamp({**stamp, "sha256": hashes, "versions": versions}))


def _arrived(half: Path, folder: "_Folder") -> dict[str, str]:
    """The versions of the uploaded files. Raises StorageError if one has not arrived."""
    versions = folder.versions()
    for name, path in files_below(half):
        if name not in versions or versions[name].size != path.stat().st_size:
            raise StorageError(f"{folder.out}: {name} has not arrived whole; export it again")
    return {name: _short(versions[name]) for name, _ in files_below(half)}


class _Present(NamedTuple):
    """An export that is in the store; nothing if there is none."""

    stamp: dict[str, Any] | None
    files: set[str]


def _present(folder: "_Folder") -> _Present:
    """Find the export in the store. Raises UsageError if something else is there."""
    versions = folder.versions()
    if not versions:
        return _Present(None, set())
    stamp = parse_stamp(folder.read(STAMP)) if STAMP in versions else None
    if stamp is None:
        raise UsageError(f"{folder.out}: holds something else; give another --out")
    made: dict[str, str] = stamp.get("versions", {})
    for name, version in versions.items():
        if name != STAMP and name not in stamp["sha256"]:
            raise UsageError(f"{folder.out}: {_since(name, 'added')}")
        if name != STAMP and not stamp.get("unfinished") and made.get(name) != _short(version):
            raise UsageError(f"{folder.out}: {_since(name, 'changed')}")
    return _Present(stamp, set(versions) - {STAMP})


def _since(name: str, how: str) -> str:
    return f"{name} was {how} since the export; give another --out"


def _short(version: Version) -> str:
    tag = version.tag.strip('"')
    return f"{version.size} bytes, {tag}"


class _Folder:
    """The files below a URL. All methods raise UsageError or StorageError."""

    def __init__(self, out: StorePath) -> None:
        self.out = out

    def versions(self) -> dict[str, Version]:
        """The versions of the files, by their names in the folder."""
        with store_errors(self.out):
            self.out.fs.invalidate_cache()
            found = self.out.fs.find(self.out.path, detail=True)
        if self.out.path in found:
            raise UsageError(f"{self.out}: is a file; give a folder as --out")
        names = {path: path.removeprefix(f"{self.out.path}/") for path in found}
        # Web consoles create an empty folder as a file whose name ends with a slash.
        files = {path: name for path, name in names.items() if name and not name.endswith("/")}
        return {name: version_of(found[path]) for path, name in files.items()}

    def read(self, name: str) -> bytes:
        """A file's content."""
        with store_errors(self.out):
            return cast("bytes", self.out.fs.cat_file(self._path(name)))

    def write(self, name: str, text: str) -> None:
        """Write a small file."""
        with store_errors(self.out):
            self.out.fs.pipe_file(self._path(name), text.encode())

    def put(self, name: str, path: Path) -> None:
        """Upload a file."""
        with store_errors(self.out):
            self.out.fs.put_file(str(path), self._path(name), **_PARTS.get(self.out.protocol, {}))

    def remove(self, name: str) -> None:
        """Remove a file."""
        with store_errors(self.out):
            self.out.fs.rm_file(self._path(name))

    def _path(self, name: str) -> str:
        return f"{self.out.path}/{name}"
