"""The folder of an export in a store: made on a disk, then uploaded, and stamped when all is there.

A store has no folder that takes another's place at once. So `export.yaml` says `unfinished: true`
from before the first file is touched until after the last one is there; each file is whole or not
there by itself.
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
"""How large files go up, by protocol. By itself s3fs holds ten parts of 50 MB, each twice."""


@contextmanager
def uploaded(out: StorePath, scratch: Path, stamp: dict[str, Any]) -> Generator[Path]:
    """A folder to fill, which is uploaded in the place of `out` when the block is done.

    It is made within `scratch`, a folder on a disk with room for all of it. Raises UsageError as
    `check_uploadable` does, StorageError if the store or the disk gives way; then the same export
    can be made again.
    """
    try:
        with TemporaryDirectory(prefix=".export.", dir=scratch) as half:
            yield Path(half)
            _upload(Path(half), out, stamp)
    except OSError as error:
        raise StorageError(f"{scratch}: can't be written: {error.strerror or error}") from None


def check_uploadable(out: StorePath) -> dict[str, Any] | None:
    """Read the stamp of the export that a store holds; None if nothing is there.

    Raises UsageError if the store can't take an export, or there is something else in its place.
    """
    if out.protocol == "hf":
        raise UsageError(f"{out}: exports go to the Hub by --to hub --repo OWNER/NAME")
    if out.protocol in ("http", "https"):
        raise UsageError(f"{out}: can't be written to")
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
    """What the store says of the files that were uploaded. Raises StorageError if one is not."""
    versions = folder.versions()
    for name, path in files_below(half):
        if name not in versions or versions[name].size != path.stat().st_size:
            raise StorageError(f"{folder.out}: {name} has not arrived whole; export it again")
    return {name: _short(versions[name]) for name, _ in files_below(half)}


class _Present(NamedTuple):
    """The export that is there."""

    stamp: dict[str, Any] | None
    files: set[str]


def _present(folder: "_Folder") -> _Present:
    """Look at the export that is there. Raises UsageError if anything else is."""
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
    """What is below a URL. All methods raise UsageError, StorageError."""

    def __init__(self, out: StorePath) -> None:
        self.out = out

    def versions(self) -> dict[str, Version]:
        """The files that are there, by their names in the folder."""
        with store_errors(self.out):
            self.out.fs.invalidate_cache()
            found = self.out.fs.find(self.out.path, detail=True)
        if self.out.path in found:
            raise UsageError(f"{self.out}: is a file; give a folder as --out")
        names = {path: path.removeprefix(f"{self.out.path}/") for path in found}
        # Consoles make an empty folder as a file whose name ends with a slash.
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
