"""Opens an existing run for reading, whether it is working or not."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from runners.errors import UsageError, usage_errors
from runners.folder.folder import RunFile, RunFolder
from runners.folder.ledger import LedgerReader
from runners.storage.reader import DatabaseReader, reading


class FoundRun(NamedTuple):
    """A folder with a run in it, and its run.yaml."""

    folder: RunFolder
    run_file: RunFile


class OpenedRun(NamedTuple):
    """A run's folder, settings, database and ledger, open for reading."""

    folder: RunFolder
    run_file: RunFile
    database: DatabaseReader
    ledger: LedgerReader

    @property
    def judge_delimiters(self) -> Sequence[str]:
        """The delimiters of the judge's prompt in the run.

        Raises UsageError if the run's prompt pack can't be found.
        """
        with usage_errors(f"{self.folder.path}: its "):
            return self.run_file.settings.context.pack.judge_delimiters


def find_run(run: Path) -> FoundRun:
    """Find the run in a folder. Raises UsageError if there is none."""
    if run.is_file():
        raise UsageError(f"{run}: a file; give the folder of a run, such as {run.parent}")
    folder = RunFolder(run)
    run_file = folder.load()
    if run_file is None:
        raise UsageError(f"{run}: no run in this folder; coevol evolve starts one")
    if not folder.database.exists():
        hint = "bring it back, or begin the run anew with coevol evolve in another folder"
        raise UsageError(f"{run}: run.db, which holds all that came of the run, is gone; {hint}")
    return FoundRun(folder, run_file)


@contextmanager
def open_run(run: Path) -> Generator[OpenedRun]:
    """Open a run for reading, and close it at the end; nothing in its folder is changed.

    Raises UsageError if there is none, StorageError if it can't be read.
    """
    folder, run_file = find_run(run)
    with reading(folder.database) as database:
        yield OpenedRun(folder, run_file, database, LedgerReader(database))
