"""A run that is at work: its folder locked, its database, its journal, its rows as far as read.

with ExitStack() as files:
    run = take_up(plan, prices, files)
"""

from collections.abc import Mapping
from contextlib import ExitStack, closing
from typing import NamedTuple

from runners.calls.price import Price
from runners.calls.spending import Spending
from runners.data.dataset import Dataset
from runners.data.hub import pinned
from runners.data.memory import written_down
from runners.data.reading import Reading
from runners.data.sources import written_address
from runners.data.stores import Location
from runners.folder.alike import led_alike
from runners.folder.folder import RunData, RunFolder, RunSettings
from runners.folder.intake import Intake
from runners.folder.ledger import Ledger
from runners.folder.repeats import Repeats
from runners.folder.tables import SCHEMA
from runners.run.log import logging_to
from runners.run.plan import Plan
from runners.storage.database import Database
from runners.storage.journal import SCHEMA as JOURNAL_SCHEMA
from runners.storage.journal import Journal


class ActiveRun(NamedTuple):
    """Everything that a run holds open while it works."""

    plan: Plan
    """What to do; models are identified by the addresses with which the run began."""
    folder: RunFolder
    intake: Intake
    database: Database
    ledger: Ledger
    repeats: Repeats
    journal: Journal
    spending: Spending

    @property
    def dataset(self) -> Dataset:
        """The dataset with its format."""
        return self.intake.dataset

    @property
    def settings(self) -> RunSettings:
        """The settings that determine the run's results."""
        plan = self.plan
        return RunSettings(
            framework=plan.framework,
            graph=None if plan.graph is None else plan.graph.get_name(),
            context=plan.context,
            guard=[each.name for each in plan.context.own_guards],
            prompt_pack_sha256=plan.context.pack.hash,
            format=self.dataset.format.name,
            traces=plan.traces,
            choice=plan.choice,
        )

    @property
    def data(self) -> RunData:
        """The run's data, counted so far."""
        return RunData(
            path=written_address(self.dataset.path),
            sha256=self.intake.sha256,
            version=self.dataset.version(),
            rows=self.intake.rows if self.intake.is_over else None,
            selection=self.plan.selection,
            bad_rows=self.plan.bad_rows,
            encoding=self.plan.encoding,
        )

    @property
    def has_begun(self) -> bool:
        """Whether the run has any results yet: until then, a wrong setting can be corrected."""
        return self.spending.total.calls > 0 or self.ledger.has_records()


def take_up(plan: Plan, prices: Mapping[str, Price | None], files: ExitStack) -> ActiveRun:
    """Read the dataset's first rows, lock the folder and open its files.

    The folder is only created if the rows are usable. Raises UsageError, StorageError.
    """
    reading, folder = _open_dataset(plan, files)
    if (begun := folder.load()) is not None:
        plan = plan._replace(context=led_alike(plan.context, begun.settings.context))
    files.enter_context(logging_to(folder.log))
    database = files.enter_context(closing(Database(folder.database, SCHEMA)))
    journal = _open_journal(plan, database, files)
    spending = Spending(database, prices, plan.conduct.budget)
    intake = files.enter_context(closing(Intake(reading, database, plan.context, plan.choice)))
    ledger = Ledger(database)
    repeats = Repeats(database, ledger)
    return ActiveRun(plan, folder, intake, database, ledger, repeats, journal, spending)


def _open_dataset(plan: Plan, files: ExitStack) -> tuple[Reading, RunFolder]:
    """The dataset, its first rows read, and the locked folder, which keeps rows from memory."""
    folder = RunFolder(plan.out)
    if plan.rows is None:
        folder.check_apart(plan.data)
        reading = Reading(_dataset_at(pinned(plan.data), plan))
        files.enter_context(folder)
        return reading, folder
    files.enter_context(folder)
    half = files.enter_context(written_down(plan.rows, folder.rows, plan.selection))
    return Reading(_dataset_at(half, plan, "data")), folder


def _dataset_at(path: Location, plan: Plan, name: str | None = None) -> Dataset:
    # Rows from memory are written down in UTF-8.
    encoding = plan.encoding if plan.rows is None else None
    return Dataset(path, plan.selection, plan.format, name, plan.bad_rows, plan.traces, encoding)


def _open_journal(plan: Plan, database: Database, files: ExitStack) -> Journal:
    """The run's own journal, or the shared one."""
    if plan.conduct.cache is None:
        return Journal(database)
    shared = files.enter_context(closing(Database(plan.conduct.cache, JOURNAL_SCHEMA)))
    return Journal(shared, shared=True)
