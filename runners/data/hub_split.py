"""A split of a dataset on the Hub at one commit: its files, and how they are read.

The Hub is asked only once. Since a commit never changes, its answer is kept in the Hub's own cache
beside the files, so reading again, or offline, needs no request.
"""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from runners.data.hub import WHAT, HubPlace
from runners.extras import import_extra
from runners.storage.atomic import write_atomically

_BUILDERS = ("csv", "json", "parquet", "arrow", "text")
"""Modules of `datasets` that read each file independently, with rows in order."""
_NAME = re.compile(r"\w+(?:\.\w+)*")
"""The name of a single split, not `train+test` or a slice."""
_ELSEWHERE = ("name", "version", "description", "data_dir", "data_files")
"""Fields of a builder's settings that do not affect how a file is read."""


class HubSplit(BaseModel):
    """A split whose files can be cached and read one after another."""

    model_config = ConfigDict(extra="forbid")

    builder: str
    """The module of `datasets` that reads the files: one of `_BUILDERS`."""
    params: dict[str, JsonValue]
    """Settings of the builder from the dataset's card that differ from the defaults, such as
    `sep`."""
    features: dict[str, JsonValue] | None
    """Column types from the dataset's card; None to find them in the first file."""
    files: dict[str, int]
    """Sizes in bytes by path in the dataset, in the order of their rows."""


def find_split(place: HubPlace) -> HubSplit | None:
    """A split at a commit, from the cache or the Hub; None if its files can't be cached.

    Raises whatever `datasets` and `huggingface_hub` raise, and StorageError if the cache can't be
    written.
    """
    if _NAME.fullmatch(place.split) is None:
        return None
    kept = _kept(place)
    try:
        return HubSplit.model_validate_json(kept.read_bytes())
    except (FileNotFoundError, ValidationError):  # never asked before, or by another version
        found = _asked(place)
    if found is not None:
        write_atomically(kept, found.model_dump_json().encode())
    return found


def _kept(place: HubPlace) -> Path:
    hub = import_extra("huggingface_hub", WHAT, "data")
    folder: Path = hub.cached_assets_path("coevol", place.name, str(place.revision))
    return folder / f"{place.split}.json"


def _asked(place: HubPlace) -> HubSplit | None:
    datasets = import_extra("datasets", WHAT, "data")
    builder = datasets.load_dataset_builder(place.name, revision=place.revision)
    kind = type(builder).__module__.rpartition(".")[2]
    urls: list[str] = list(builder.config.data_files.get(place.split, ()))
    params = _params(builder.config)
    if kind not in _BUILDERS or not urls:
        return None
    features = builder.info.features
    try:
        return HubSplit(
            builder=kind,
            params=params,
            features=None if features is None else features.to_dict(),
            files=_sizes(place, urls),
        )
    except ValidationError:  # settings that JSON can't hold
        return None


def _params(config: Any) -> dict[str, Any]:
    usual = type(config)()
    given = {each.name: getattr(config, each.name) for each in fields(config)}
    return {
        name: value
        for name, value in given.items()
        if name not in _ELSEWHERE and value != getattr(usual, name)
    }


def _sizes(place: HubPlace, urls: list[str]) -> dict[str, int]:
    hub = import_extra("huggingface_hub", WHAT, "data")
    beginning = f"hf://datasets/{place.name}@{place.revision}/"
    paths = [url.removeprefix(beginning) for url in urls]
    told = hub.HfApi().get_paths_info(
        place.name, paths, revision=place.revision, repo_type="dataset"
    )
    sizes: dict[str, int] = {each.path: each.size for each in told}
    return {path: sizes[path] for path in paths}
