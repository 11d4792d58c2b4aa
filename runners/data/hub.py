"""Datasets of the Hugging Face Hub: `hf:NAME`, `hf:NAME:SPLIT`, `hf:NAME@REVISION:SPLIT`."""

import re
from pathlib import Path
from typing import NamedTuple

from runners.data.store_errors import store_errors
from runners.data.stores import Location
from runners.errors import StorageError, UsageError
from runners.extras import import_extra

WHAT = "Hugging Face datasets"
"""What needs the packages of the extra `data`."""
_SPLIT = "train"
_HUB = re.compile(r"hf:(?P<name>[^@:]+)(?:@(?P<revision>[^:]+))?(?::(?P<split>.+))?")


class HubPlace(NamedTuple):
    """Where rows are on the Hub."""

    name: str
    revision: str | None
    """A commit where it is pinned; None for what the dataset is now."""
    split: str


def is_hub(source: Location) -> bool:
    """Whether a dataset is one of the Hugging Face Hub, by its name; hf:// is a file there."""
    return isinstance(source, Path) and str(source).startswith("hf:")


def place_of(source: str) -> HubPlace:
    """Read a name, by default with the split `train`. Raises UsageError."""
    match = _HUB.fullmatch(source)
    if match is None:
        raise UsageError(f"{source}: write hf:NAME, hf:NAME:SPLIT or hf:NAME@REVISION:SPLIT")
    return HubPlace(match["name"], match["revision"], match["split"] or _SPLIT)


def pinned(source: Location) -> Location:
    """A dataset of the Hub by the commit that its revision is now; any other as it is.

    So all readings of a run, and those of its resumes, are of the same data. A commit is taken as
    it is; where the Hub can't be reached, the one that the revision was when it last was, if its
    cache knows. Raises UsageError if there is no such dataset or revision, StorageError if the Hub
    can't be reached and was not before.
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
    """The error for what the Hub can't be asked, and its cache does not know."""
    reason = " ".join(str(error).split())[:300]
    hint = "start again with a network, or without HF_HUB_OFFLINE"
    return StorageError(f"{source}: the Hub can't be reached ({reason}); {hint}")
