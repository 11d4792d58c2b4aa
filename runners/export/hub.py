"""The Hugging Face Hub: writes a dataset with its card, and pushes it."""

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
"""Errors of the HTTP clients that huggingface_hub uses, depending on its version."""


class HubTarget(TableTarget):
    """The rows as Parquet, and the card."""

    def __init__(
        self, source: Source, shape: ShapeName | None, shards: Shards, policy: Policy
    ) -> None:
        """Raises UsageError if the card can't be made."""
        super().__init__(source.format, shape, shards)
        self._source, self._policy = source, policy
        make_card(source, {})  # fails now, not after all rows have been read

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
    """Push an export to a dataset of the Hub, and return the dataset's address.

    A new dataset is private unless `public`. A card that is there already is kept; only its
    metadata about the data is updated. Raises UsageError if the extra `data` is not installed,
    RunError if the Hub can't be reached or refuses.
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
        # After the card, because this adds metadata to the one that is there.
        _push_rows(folder / _DATA.parent, repo)
    except (hub.errors.HfHubHTTPError, *_NETWORK, OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:300]
        raise RunError(
            f"{repo}: can't be pushed to ({reason}); the export itself is complete in {folder}"
        ) from None
    return f"{api.endpoint}/datasets/{repo}"


def _push_rows(folder: Path, repo: str) -> None:
    datasets = import_extra("datasets", "The Hugging Face Hub", "data")
    datasets.disable_progress_bars()  # huggingface_hub shows one for the upload
    datasets.utils.logging.set_verbosity_error()
    with TemporaryDirectory() as cache:
        files = sorted(map(str, folder.glob("*.parquet")))
        rows = datasets.Dataset.from_parquet(files, cache_dir=cache)
        rows.push_to_hub(repo, commit_message="Evolved responses")
