"""A run: a dataset evolved in its folder, from the first check to the last file."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import orjson

from graph.ablations import build
from nodes.context import Learned
from nodes.conversation import ConversationContext
from runners.calls.addresses import check_addresses
from runners.calls.admission import RunAdmission
from runners.calls.learning import has_learned_all, learn, tell
from runners.calls.preflight import check_endpoints
from runners.calls.prices import need_prices, prices_of
from runners.calls.spending import Spending
from runners.data.dataset import Dataset
from runners.data.memory import written_down
from runners.data.reading import Reading
from runners.data.sources import address_of, pinned
from runners.data.stores import Location
from runners.errors import RunError, Stopped, UsageError, usage_errors
from runners.folder.alike import led_alike
from runners.folder.clock import add_seconds, seconds_of
from runners.folder.cut_off import rows_to_retry
from runners.folder.folder import RunData, RunFolder, RunSettings
from runners.folder.intake import Intake
from runners.folder.last_verdicts import last_verdicts
from runners.folder.ledger import Counts, Ledger, LedgerReader
from runners.folder.left import tasks_of, tasks_while
from runners.folder.limits import AnswerLimits
from runners.folder.outputs import write_outputs
from runners.folder.records import Record
from runners.folder.summary import summarize
from runners.folder.tables import SCHEMA
from runners.run.closing import print_failures
from runners.run.engine import Engine
from runners.run.event_loop import Interrupts, interruptible, run_in_event_loop
from runners.run.failing import FailedAlike, Failing
from runners.run.frameworks import check_prompts, family_lines, roles_of, settings_of, speakers_of
from runners.run.judge_watch import JudgeWatch
from runners.run.log import logging_to
from runners.run.plan import Plan
from runners.run.view import Follower, RunView
from runners.storage.atomic import write_atomically
from runners.storage.database import Database
from runners.storage.journal import SCHEMA as JOURNAL_SCHEMA
from runners.storage.journal import Journal
from runners.tracing.switch import Traces, read_traces, traced

if TYPE_CHECKING:
    from runners.run.ray.engine import ClusterEngine
    from runners.tracing.tracing import Tracing

_log = logging.getLogger("coevol")


def execute(plan: Plan, progress: Follower, interrupts: Interrupts = interruptible) -> Counts:
    """Do the run, or go on with it; return where it stands in the end.

    Raises the RunError that ended it early, after everything that is there was written out.
    """
    if plan.context.human_verdict:
        raise UsageError("human_verdict: nobody can be asked in a run over a dataset; leave it out")
    with usage_errors():
        check_prompts(plan.framework, plan.context)
        if "judge" in roles_of(plan.framework):
            plan.context.check_judges()
        prices = prices_of(plan.context, plan.conduct.price)
        check_addresses(plan.context.settings.values())
        plan.context.check_own_models()
    if plan.conduct.budget.cost is not None:
        used = settings_of(plan.framework, plan.context)
        need_prices(prices, (each.model for each in used))
    with ExitStack() as files:
        reading, folder = _open_dataset(plan, files)
        dataset = reading.dataset
        if (begun := folder.load()) is not None:
            plan = plan._replace(context=led_alike(plan.context, begun.settings.context))
        settings = RunSettings(
            framework=plan.framework,
            graph=None if plan.graph is None else plan.graph.get_name(),
            context=plan.context,
            guard=[each.name for each in plan.context.own_guards],
            prompt_pack_sha256=plan.context.pack.hash,
            format=dataset.format.name,
            traces=plan.traces,
            choice=plan.choice,
        )
        files.enter_context(logging_to(folder.log))
        database = files.enter_context(closing(Database(folder.database, SCHEMA)))
        journal = _open_journal(plan, database, files)
        spent = Spending(database, prices, plan.conduct.budget)
        intake = files.enter_context(closing(Intake(reading, database, plan.context, plan.choice)))
        run = _Run(plan, folder, intake, database, journal, spent, progress, interrupts)
        run.take_in(settings)
        return run.do()


class _Run:
    """A run in its folder, with everything opened."""

    def __init__(
        self,
        plan: Plan,
        folder: RunFolder,
        intake: Intake,
        database: Database,
        journal: Journal,
        spending: Spending,
        progress: Follower,
        interrupts: Interrupts,
    ) -> None:
        self._plan, self._folder = plan, folder
        self._intake, self._dataset = intake, intake.dataset
        self._database, self._journal = database, journal
        self._spending, self._progress, self._interrupts = spending, progress, interrupts
        self._ledger = Ledger(database)
        self._raised: list[AnswerLimits] = []
        """The limits of answers before they were raised."""

    def take_in(self, settings: RunSettings) -> None:
        """Freeze the settings and take down the rows. Raises UsageError if either does not fit."""
        before, plan = self._folder.load(), self._plan
        has_begun = before is not None and self._has_begun()
        if before is not None and has_begun:
            self._folder.hold_against(settings, before)

        def check(ledger: LedgerReader) -> None:
            is_same = before and before.data.fingerprint == self._data.fingerprint
            if not is_same and ledger.is_foreign():
                reason = f"none of the rows done there is in {self._dataset.name}"
                raise UsageError(f"{plan.out}: {reason}; give another --out for other data")

        # What was done is held against all rows before anything is paid; actors read all at once.
        may_be_partly = not has_begun and plan.rows is None and plan.conduct.scale is None
        self._intake.begin(
            check, forget_failures=plan.conduct.retry_failed, may_be_partly=may_be_partly
        )
        if plan.rows is not None:
            self._dataset.move(self._folder.rows)
        self._tell_of_left_out()
        if before is not None and has_begun:
            self._tell_of_change(before.data)
        frozen = self._folder.freeze(settings, self._data, before, plan.context.headers)
        self._raised = frozen.raised

    @property
    def _data(self) -> RunData:
        """What the run is given, as far as it is counted."""
        return RunData(
            path=address_of(self._dataset.path),
            sha256=self._intake.sha256,
            version=self._dataset.version(),
            rows=self._intake.rows if self._intake.is_over else None,
            selection=self._plan.selection,
            bad_rows=self._plan.bad_rows,
            encoding=self._plan.encoding,
        )

    def _tell_of_left_out(self) -> None:
        """Say, before anything is written, that the dataset will have fewer rows than are done."""
        if left_out := self._ledger.left_out():
            self._warn(
                f"{self._folder.evolved} will hold {self._intake.rows:,} rows; {left_out:,} others "
                "are done in this run, but not selected now: select them again and they are back "
                "at no cost, or give another --out"
            )

    def _tell_of_change(self, before: RunData) -> None:
        """Say, before anything is paid, that the data is not what it was at the last start."""
        known, counts = before.sha256 or before.version, self._ledger.counts()
        if known is not None and known != self._data.fingerprint:
            self._warn(
                f"{self._dataset.name} has changed since this run last read it: {counts.left:,} of "
                f"its {counts.rows:,} rows are to be evolved now, {counts.done:,} are done"
            )

    def _has_begun(self) -> bool:
        """Whether anything came of the run yet: until then, a wrong setting can be put right."""
        return self._spending.total.calls > 0 or self._ledger.has_records()

    def do(self) -> Counts:
        """Evolve what is to do, write everything out, and return where the run stands.

        Raises the RunError that stopped it, after everything that is there was written out.
        """
        if self._plan.conduct.retry_truncated:
            self._forget_cut_off()
        self._progress.say(f"format: {self._dataset.format.name}")
        for note in self._intake.notes:
            self._progress.say(f"{self._dataset.name}: {note}")
        counts = self._ledger.counts()
        if counts.left == 0 and self._intake.is_over:
            self._progress.say(f"nothing to do: all {counts.rows} rows are done")
            self._write_out()
            return counts
        started = time.monotonic()
        traces = read_traces(self._folder, self._plan.conduct.trace_sample, self._warn)
        # Where actors evolve the rows, they trace them too.
        here = traces if self._plan.conduct.scale is None else None
        ended: RunError | None = None
        with traced(here, self._warn) as tracing:
            try:
                run_in_event_loop(self._evolve(tracing, traces))
            except RunError as reason:
                ended = reason
                if isinstance(reason, FailedAlike):
                    self._ledger.forget_failures()
            finally:
                add_seconds(self._database, time.monotonic() - started)
                is_refused = isinstance(ended, UsageError) and not self._has_begun()
                leaves = not (is_refused and self._folder.discard())
                # Rows that could not be read to the end can't be written either.
                summary = self._write_out() if self._intake.is_over and leaves else None
        if ended is not None:
            if summary is not None:
                print_failures(self._folder, summary, self._progress)
            raise ended
        return self._ledger.counts()

    def _forget_cut_off(self) -> None:
        """Make the rows be done again whose answers were cut off before the present limit."""
        ids = list(rows_to_retry(self._ledger, self._plan.context))
        self._ledger.forget(ids)
        self._progress.say(f"{len(ids):,} rows with answers that were cut off are taken again")

    def _warn(self, text: str) -> None:
        _log.warning(text)
        self._progress.warn(text)

    async def _evolve(self, tracing: "Tracing | None", traces: Traces | None) -> None:
        plan = self._plan
        counts = self._ledger.counts()
        judge = JudgeWatch(stops=plan.conduct.stops_unfit_judge, before=last_verdicts(self._ledger))
        judge.check(counts.left)
        await check_endpoints(settings_of(plan.framework, plan.context))
        context = plan.context.with_learned(await self._learned())
        tell(context, speakers_of(plan.framework, context), self._progress.say)
        for line in family_lines(plan.framework, context):
            self._progress.say(line)
        admission = RunAdmission(plan.conduct.options, self._journal, self._spending, self._warn)
        earlier = [each.put_into(context) for each in self._raised]
        engine = self._open_engine(context, earlier, admission, tracing, traces)
        try:
            view = RunView(counts, admission, self._spending, judge)
            failing = Failing(plan.conduct.max_failures)

            async def finish(evolution: Record) -> None:
                await self._ledger.keep(evolution)
                view.add(evolution)
                await self._tell(evolution)
                failing.check(evolution, view.counts)
                judge.check(view.counts.left)

            with self._interrupts(engine, self._progress.say):
                async with self._progress.follow(view):
                    await self._evolve_all(engine, finish, view)
        except UsageError as reason:
            if not admission.has_answered:
                raise
            counts = self._ledger.counts()
            done = f"{counts.rows - counts.left} of {counts.rows} rows are done"
            raise Stopped(f"{reason}; {done}, and the run can be resumed") from None
        finally:
            await engine.close()

    async def _evolve_all(
        self, engine: "Engine | ClusterEngine", finish: Callable[[Record], Any], view: RunView
    ) -> None:
        ledger, context = self._ledger, self._plan.context
        if self._intake.is_over or not isinstance(engine, Engine):
            await engine.run(tasks_of(self._dataset, ledger, context, engine.place), finish)
            return
        counting = asyncio.create_task(self._count(engine, view))
        try:
            tasks = tasks_while(counting, self._dataset, ledger, context, engine.place)
            await engine.run(tasks, finish)
        finally:
            await counting  # all rows are written out, also those of a run that was stopped

    async def _count(self, engine: Engine, view: RunView) -> None:
        """Take in the rows that are still to come, while the first ones are evolved."""
        try:
            while not self._intake.is_over:
                more = await asyncio.to_thread(self._intake.go_on)
                view.came_in(more, are_all=self._intake.is_over)
        except RunError as reason:
            engine.stop(reason)
            return
        run_file = self._folder.load()
        if run_file is not None:
            self._folder.write(run_file.model_copy(update={"data": self._data}))

    async def _learned(self) -> Learned:
        """What the run's endpoints refuse: asked once, before the first call of a row."""
        run_file = self._folder.load()
        if run_file is None or run_file.learned is not None or self._spending.total.calls > 0:
            return (run_file and run_file.learned) or {}
        context, strict = self._plan.context, self._plan.conduct.options.strict_params
        speakers = speakers_of(self._plan.framework, context)
        learned = await learn(context, speakers, strict=strict)
        if has_learned_all(context, speakers, learned):
            kept = {key: dict(dialect) for key, dialect in learned.items()}
            self._folder.write(run_file.model_copy(update={"learned": kept}))
        return learned

    def _open_engine(
        self,
        context: ConversationContext,
        earlier: list[ConversationContext],
        admission: RunAdmission,
        tracing: "Tracing | None",
        traces: Traces | None,
    ) -> "Engine | ClusterEngine":
        plan, conduct = self._plan, self._plan.conduct
        with usage_errors():
            if conduct.scale is not None:
                from runners.run.ray.engine import ClusterEngine
                from runners.run.ray.job import Job

                job = Job(context, conduct.options, plan.framework, traces, earlier)
                return ClusterEngine(job, conduct.scale, admission, self._journal, self._warn)
            graph = plan.graph or build(plan.framework, judges_in_turn=plan.context.economy)
            return Engine(context, conduct.options, admission, graph, tracing, earlier)

    async def _tell(self, evolution: Record) -> None:
        failure = evolution.failure
        if failure is not None:
            _log.warning("row %s failed: %s", evolution.id, failure.model_dump())
        await self._progress.row(evolution)

    def _write_out(self) -> dict[str, Any]:
        tally = write_outputs(self._folder, self._dataset, self._ledger)
        seconds = seconds_of(self._database)
        framework, context = self._plan.framework, self._plan.context
        counts = self._ledger.counts()
        earlier = [each.put_into(context) for each in self._raised]
        summary = summarize(counts, tally, self._spending, seconds, context, framework, earlier)
        summary = {"framework": framework, **summary}
        data = orjson.dumps(summary, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        write_atomically(self._folder.summary, data)
        return summary


def _open_dataset(plan: Plan, files: ExitStack) -> tuple[Reading, RunFolder]:
    """The dataset, its first rows read, and the locked run folder.

    It holds the rows if they are from memory. Raises UsageError; a folder is made for rows that
    can be used only.
    """
    folder = RunFolder(plan.out)
    if plan.rows is None:
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
    """The run's own journal, or the one that it shares."""
    if plan.conduct.cache is None:
        return Journal(database)
    shared = files.enter_context(closing(Database(plan.conduct.cache, JOURNAL_SCHEMA)))
    return Journal(shared, shared=True)
