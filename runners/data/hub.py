"""Datasets of the Hugging Face Hub: `hf:NAME`, `hf:NAME:SPLIT`, `hf:NAME@REVISION:SPLIT`."""

import re
from pathlib import Path
from typing import NamedTuple

from runners.data.store_errors import store_errors
from runners.data.stores import Location
from runners.errors import StorageError, UsageError
from runners.extras import import_extra

WHAT = "Hugging Face datasets"
"""What needs the packages of the extra `data`, in the words of an error."""
_SPLIT = "train"
_HUB = re.compile(r"hf:(?P<name>[^@:]+)(?:@(?P<revision>[^:]+))?(?::(?P<split>.+))?")


class HubPlace(NamedTuple):
    """A split of a dataset on the Hub."""

    name: str
    revision: str | None
    """A commit if pinned; None for the present revision."""
    split: str


def is_hub(source: Location) -> bool:
    """Whether a dataset is named as one of the Hub's (hf:NAME); hf:// is a single file there."""
    return isinstance(source, Path) and str(source).startswith("hf:")


def place_of(source: str) -> HubPlace:
    """Parse a name; the default split is `train`. Raises UsageError."""
    match = _HUB.fullmatch(source)
    if match is None:
        raise UsageError(f"{source}: write hf:NAME, hf:NAME:SPLIT or hf:NAME@REVISION:SPLIT")
    return HubPlace(match["name"], match["revision"], match["split"] or _SPLIT)


def pinned(source: Location) -> Location:
    """A dataset of the Hub pinned to the present commit of its revision; others unchanged.

    This way a run and its resumes always read the same data. A commit is kept. If the Hub can't be
    reached, the last commit known to its cache is used. Raises UsageError if there is no such
    dataset or revision, StorageError if the Hub can't be reached and the cache does not know it.
    """
    if not is_hub(source):
        return source
    place = place_of(str(source))
    hub = import_extra("huggingface_hub", WHAT, "data")
    try:
        with store_errors(source):
            revision = hub.HfApi().resolve_revision(
                place.name,
                repo_type="dataset",
                revision=place.revision,
                local_files_only=hub.is_offline_mode(),
            )
    except hub.errors.RevisionResolutionError as error:
        raise unreachable(str(source), error) from None
    return Path(f"hf:{place.name}@{revision.resolved}:{place.split}")


def unreachable(source: str, error: Exception) -> StorageError:
    """The error if the Hub can't be reached and its cache lacks the answer."""
    reason = " ".join(str(error).split())[:300]
    hint = "start again with a network, or without HF_HUB_OFFLINE"
    return StorageError(f"{source}: the Hub can't be reached ({reason}); {hint}")
