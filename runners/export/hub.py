"""The Hugging Face Hub: a dataset and its card, to look at and to push."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import httpx2

from runners.errors import RunError
from runners.export.card import make_card
from runners.export.hygiene import Policy
from runners.export.shapes import ShapeName
from runners.export.shards import Shards
from runners.export.source import Source
from runners.export.spool import Spool
from runners.export.table import TableTarget
from runners.extras import import_extra

_DATA = Path("data", "train.parquet")
_NETWORK = httpx.HTTPError, httpx2.HTTPError
"""Errors of the clients with which huggingface_hub speaks, by its version."""


class HubTarget(TableTarget):
    """What is pushed: the rows as Parquet, and the card."""

    def __init__(
        self, source: Source, shape: ShapeName | None, shards: Shards, policy: Policy
    ) -> None:
        """Raises UsageError if the card can't be made."""
        super().__init__(source.format, shape, shards)
        self._source, self._policy = source, policy
        make_card(source, {})

    def write(self, spool: Spool, folder: Path) -> list[str]:
        """Write data/train.parquet, or shards, and README.md."""
        remarks = self.write_rows(spool, folder, _DATA)
        about: dict[str, object] = {"rows of this dataset": spool.rows}
        for what, flaws in (
            ("left out", self._policy.drop),
            ("with their originals", self._policy.revert),
        ):
            if flaws:
                about[f"rows {what} for these flaws"] = ", ".join(sorted(flaws))
        (folder / "README.md").write_text(make_card(self._source, about), "utf-8")
        return remarks


def push(folder: Path, repo: str, *, public: bool) -> str:
    """Push an export to a dataset of the Hub, made private if it is new and not to be public.

    A card that the dataset has already stays; only its description of the data is brought up to
    date. Returns the dataset's address. Raises UsageError without the extra, RunError if the Hub
    can't be reached or refuses.
    """
    hub = import_extra("huggingface_hub", "The Hugging Face Hub", "data")
    if not sys.stderr.isatty():
        hub.utils.disable_progress_bars()
    api = hub.HfApi()
    try:
        api.create_repo(repo, repo_type="dataset", private=not public, exist_ok=True)
        if not api.file_exists(repo, "README.md", repo_type="dataset"):
            api.upload_file(
                path_or_fileobj=folder / "README.md",
                path_in_repo="README.md",
                repo_id=repo,
                repo_type="dataset",
                commit_message="How the data was made",
            )
        # The card first: this adds its own metadata to the one that is there.
        _push_rows(folder / _DATA.parent, repo)
    except (hub.errors.HfHubHTTPError, *_NETWORK, OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:300]
        raise RunError(f"{repo}: can't be pushed, {folder} is whole: {reason}") from None
    return f"{api.endpoint}/datasets/{repo}"


def _push_rows(folder: Path, repo: str) -> None:
    datasets = import_extra("datasets", "The Hugging Face Hub", "data")
    datasets.disable_progress_bars()  # that of the upload is huggingface_hub's
    datasets.utils.logging.set_verbosity_error()
    with TemporaryDirectory() as cache:
        files = sorted(map(str, folder.glob("*.parquet")))
        rows = datasets.Dataset.from_parquet(files, cache_dir=cache)
        rows.push_to_hub(repo, commit_message="Evolved responses")
