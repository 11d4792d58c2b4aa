"""The stamp of an export, export.yaml: how it was made, and the hashes of its files."""

from collections.abc import Iterator, Mapping
from hashlib import file_digest
from pathlib import Path
from typing import Any, cast

import yaml

STAMP = "export.yaml"


def files_below(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files in a folder, sorted, with their names in a stamp."""
    for path in sorted(folder.rglob("*")):
        if not path.is_dir():
            yield path.relative_to(folder).as_posix(), path


def hash_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def dump_stamp(stamp: Mapping[str, Any]) -> str:
    """A stamp as YAML."""
    return yaml.safe_dump(dict(stamp), sort_keys=False, allow_unicode=True)


def parse_stamp(text: bytes) -> dict[str, Any] | None:
    """Read a stamp; None if it is not one, which has a mapping `sha256` of its files."""
    try:
        stamp = yaml.safe_load(text.decode())
    except (UnicodeDecodeError, yaml.YAMLError):
        return None
    if not isinstance(stamp, dict):
        return None
    stamp = cast("dict[str, Any]", stamp)
    return stamp if isinstance(stamp.get("sha256"), dict) else None
