"""A run that is there, opened to be read, at work or not."""

from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from runners.errors import UsageError
from runners.folder.folder import RunFile, RunFolder
from runners.folder.ledger import Ledger
from runners.folder.tables import SCHEMA
from runners.storage.database import Database


class OpenedRun(NamedTuple):
    """What a run consists of."""

    folder: RunFolder
    run_file: RunFile
    database: Database
    ledger: Ledger


@contextmanager
def open_run(run: Path) -> Generator[OpenedRun]:
    """Open a run, and close it at the end. Raises UsageError if there is none."""
    folder = RunFolder(run)
    run_file = folder.load()
    if run_file is None or not folder.database.exists():
        raise UsageError(f"{run}: no run there; start one with coevol evolve")
    with closing(Database(folder.database, SCHEMA)) as database:
        yield OpenedRun(folder, run_file, database, Ledger(database))
