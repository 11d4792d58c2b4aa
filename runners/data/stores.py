"""Stores: files that are not local, by URLs that fsspec knows (s3://, gs://, hf://, ...).

Keys, endpoints and options come from the environment, as each store's library expects. They must
not be in a URL, because URLs are stored.
"""

import os
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from io import BufferedReader
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Literal, NamedTuple, cast

from runners.data.store_errors import store_errors
from runners.errors import UsageError
from runners.extras import missing_extra

Info = Mapping[str, Any]
"""What fsspec reports about a file; the keys depend on the store."""

_URL = re.compile(r"(?:\w+::)*[A-Za-z][\w+.-]+://")
_ACCOUNT = re.compile(r"://[^/@:]+:(?!\d+/)[^@]*@")
"""User name and password (which may contain a slash), as opposed to a port."""
_COLLAPSED = re.compile(r"((?:\w+::)*[A-Za-z][\w+.-]+):/")
"""A URL whose `//` was collapsed because it was handled as a path."""
_EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gs", "gcs": "gs", "hf": "data"}
_BLOCK = 4 << 20
"""Bytes that are fetched at once."""
_TAGS = ("ETag", "etag", "blob_id", "LastModified", "last_modified", "mtime", "created")
"""Keys under which stores report a file's version, the best first."""


class Version(NamedTuple):
    """What changes when a file does."""

    size: int | None
    tag: str
    """The ETag or the like; else a modification time."""


class StorePath:
    """A file or folder in a store, with the part of the `Path` interface that readers need."""

    def __init__(self, url: str, info: Info | None = None) -> None:
        """`info` is what a listing reported; without it, the store is asked each time."""
        self._url, self._listed = url, info

    def __str__(self) -> str:
        return self._url

    @property
    def name(self) -> str:
        """The last part of the URL."""
        return PurePosixPath(self._url).name

    @property
    def suffix(self) -> str:
        """The last suffix of the name."""
        return PurePosixPath(self._url).suffix

    @property
    def suffixes(self) -> list[str]:
        """All suffixes of the name."""
        return PurePosixPath(self._url).suffixes

    @property
    def protocol(self) -> str:
        """The protocol of the URL; of a URL with a cache in front, that of the store behind it."""
        return self._url.rpartition("::")[2].partition("://")[0]

    @cached_property
    def _place(self) -> tuple[Any, str]:
        try:
            core: Any = import_module("fsspec.core")  # its types are incomplete
            with store_errors(self):
                return core.url_to_fs(self._url)
        except ImportError as error:
            extra = _EXTRAS.get(self.protocol)
            if extra is None:
                raise UsageError(f"{self}: {error}") from None
            raise missing_extra(str(self), extra) from None
        except ValueError:
            raise UsageError(f"{self}: no store is known by {self.protocol}://") from None

    @property
    def fs(self) -> Any:
        """The store as fsspec has it. Raises UsageError if no installed package knows it."""
        return self._place[0]

    @property
    def path(self) -> str:
        """The URL as the store's own functions take it."""
        return self._place[1]

    def is_dir(self) -> bool:
        """Whether it is a folder. Raises UsageError if it does not exist, StorageError."""
        return self._info()["type"] == "directory"

    def iterdir(self) -> Iterator["StorePath"]:
        """Yield the entries of a folder from a single listing, made by `is_dir`.

        Raises UsageError, StorageError.
        """
        with store_errors(self):
            listed = self.fs.ls(self.path, detail=True)
        for info in cast("list[Info]", listed):
            yield StorePath(f"{self._url.rstrip('/')}/{PurePosixPath(info['name']).name}", info)

    def open(self, mode: Literal["rb"] = "rb") -> BinaryIO:
        """Open a file for reading. Errors are those of the store's library; see `store_errors`."""
        # fsspec's own buffered files copy their whole buffer for each line that is read.
        unbuffered = self.fs.open(self.path, mode, cache_type="none")
        return BufferedReader(unbuffered, _BLOCK)

    def version(self) -> Version:
        """The file's present version. Raises UsageError, StorageError."""
        return version_of(self._info())

    def _info(self) -> Info:
        if self._listed is not None:
            return self._listed
        with store_errors(self):
            self.fs.invalidate_cache(self.path)  # the cached listing may be old
            return self.fs.info(self.path)


Location = Path | StorePath
"""The location of a dataset or of an export."""


def location_of(address: str | os.PathLike[str]) -> Location:
    """Tell paths from URLs. Raises UsageError for a URL with secrets or options in it."""
    text = os.fspath(address)
    if not _URL.match(text):
        return Path(text)
    hint = "it would be written down; give keys in the environment"
    if _ACCOUNT.search(text):
        raise UsageError(f"{text.partition(':')[0]}://: no user name or password in a URL; {hint}")
    if text.rpartition("::")[2].startswith("http") and "?" in text:
        raise UsageError(f"{text.partition('?')[0]}: nothing after a ? in a URL; {hint}")
    return StorePath(text)


def check_local(path: Path, hint: str = "") -> None:
    """Raise UsageError for a path that was meant as a URL; `hint` says what to do instead."""
    collapsed = _COLLAPSED.match(str(path))
    if collapsed is not None:
        url = f"{collapsed[1]}://{str(path)[collapsed.end() :]}"
        raise UsageError(f"{url}: must be on a local disk{hint.format(url=url)}")


def version_of(info: Info) -> Version:
    """A file's version, from what a store reports."""
    tag = next((str(info[key]) for key in _TAGS if info.get(key) is not None), "")
    return Version(info.get("size"), tag)
