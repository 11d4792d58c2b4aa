"""Rows of a dataset on the Hub: each file is downloaded once, into the Hub's own cache.

A file is downloaded when its first row is needed, so a run with --limit downloads no more than
necessary. If the disk has no room, files are streamed each time they are read.
"""

import shutil
from collections.abc import Iterator
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any

from runners.data.hub import WHAT, HubPlace, place_of, unreachable
from runners.data.hub_split import HubSplit, find_split
from runners.data.rows import Fields, Row
from runners.data.store_errors import store_errors
from runners.errors import UsageError
from runners.extras import import_extra

_RESERVE = 1 << 30
"""Bytes of the cache's disk that are left free for other uses, such as the run itself."""


def read_hub(source: str) -> Iterator[Row]:
    """Yield the rows of a dataset at a pinned commit.

    Raises UsageError if it can't be loaded, StorageError if the Hub can't be reached.
    """
    place = place_of(source)
    datasets = import_extra("datasets", WHAT, "data")
    hub = import_extra("huggingface_hub", WHAT, "data")
    try:
        note, rows = _rows_of(place, find_split(place))
        for number, fields in enumerate(rows, start=1):
            yield Row(f"{source}, row {number}", fields, note=note if number == 1 else None)
    except (ConnectionError, hub.errors.LocalEntryNotFoundError) as error:
        raise unreachable(source, error) from None
    except (OSError, ValueError, datasets.exceptions.DatasetsError) as error:
        reason = " ".join(str(error).split())[:300]
        raise UsageError(f"{source}: can't be loaded: {reason}") from None


def _rows_of(place: HubPlace, split: HubSplit | None) -> tuple[str | None, Iterator[Fields]]:
    if split is None:
        return None, _streamed(place)
    lacking = sum(size for path, size in split.files.items() if not _is_kept(place, path))
    free = _free()
    if lacking and lacking + _RESERVE > free:
        note = f"streamed at each reading: {_gb(lacking)} to fetch, {_gb(free)} free on the disk"
        return note, _streamed(place)
    return None, _fetched(place, split)


def _streamed(place: HubPlace) -> Iterator[Fields]:
    datasets = import_extra("datasets", WHAT, "data")
    yield from datasets.load_dataset(
        place.name, split=place.split, revision=place.revision, streaming=True
    )


def _fetched(place: HubPlace, split: HubSplit) -> Iterator[Fields]:
    """Read the files one after another with the same `datasets` builder.

    The builder keeps the column types that it found in the first file.
    """
    hub = import_extra("huggingface_hub", WHAT, "data")
    builder = _builder_of(split)
    for path in split.files:
        with store_errors(f"hf://datasets/{place.name}/{path}"):
            file = hub.hf_hub_download(
                place.name, path, repo_type="dataset", revision=place.revision
            )
        builder.config.data_files = {place.split: [file]}
        yield from builder.as_streaming_dataset(split=place.split)


def _builder_of(split: HubSplit) -> Any:
    datasets = import_extra("datasets", WHAT, "data")
    module = f"datasets.packaged_modules.{split.builder}.{split.builder}"
    builder = datasets.load.import_main_class(import_module(module).__name__)
    features = split.features
    types = None if features is None else datasets.Features.from_dict(features)
    return builder(info=datasets.DatasetInfo(features=types), **split.params)


def _is_kept(place: HubPlace, path: str) -> bool:
    hub = import_extra("huggingface_hub", WHAT, "data")
    kept = hub.try_to_load_from_cache(
        place.name, path, revision=place.revision, repo_type="dataset"
    )
    return isinstance(kept, str)


def _free() -> int:
    """Free bytes on the cache's disk."""
    hub = import_extra("huggingface_hub", WHAT, "data")
    cache = Path(hub.constants.HF_HUB_CACHE)
    there = next(each for each in chain([cache], cache.absolute().parents) if each.exists())
    return shutil.disk_usage(there).free


def _gb(size: int) -> str:
    return f"{size / 1e9:,.1f} GB"
