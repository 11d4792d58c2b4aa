"""Evolving: sends a run's remaining rows through an engine, watching judge and failures."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from graph.ablations import build
from nodes.conversation import ConversationContext
from nodes.models.settings import ModelSettings
from nodes.role_settings import Learned
from runners.calls.learning import has_learned_all, learn, tell, try_tiers
from runners.calls.preflight import check_endpoints
from runners.calls.run_admission import RunAdmission
from runners.calls.tiers import tier_lines
from runners.data.formats import layout_of
from runners.errors import RunError, Stopped, UsageError, usage_errors
from runners.folder.last_rounds import last_edits, last_verdicts
from runners.folder.left import tasks_of, tasks_while
from runners.folder.limits import AnswerLimits
from runners.folder.records import Record
from runners.run.active import ActiveRun
from runners.run.engine import Engine
from runners.run.event_loop import Interrupts
from runners.run.failing import Failing
from runners.run.fitting import fitted_to_rows
from runners.run.frameworks import family_lines, settings_of, speakers_of
from runners.run.judge_watch import JudgeWatch
from runners.run.view import Follower, RunView
from runners.tracing.switch import TracedRows
from runners.tracing.trace import Tracer

if TYPE_CHECKING:
    from runners.batches.batching import Batching
    from runners.run.ray.engine import ClusterEngine

_log = logging.getLogger("coevol")


class Evolving:
    """The remaining rows of a run, evolved once."""

    def __init__(
        self,
        run: ActiveRun,
        raised: list[AnswerLimits],
        progress: Follower,
        warn: Callable[[str], None],
    ) -> None:
        self._run, self._raised = run, raised
        self._progress, self._warn = progress, warn
        self._options = run.plan.conduct.options
        self._failing = Failing(run.plan.conduct.max_failures)

    async def do(
        self, tracing: Tracer | None, traces: TracedRows | None, interrupts: Interrupts
    ) -> None:
        """Evolve the remaining rows. Raises the RunError that stops the run."""
        run, plan = self._run, self._run.plan
        counts = run.ledger.counts()
        judge = JudgeWatch(stops=plan.conduct.stops_unfit_judge, before=last_verdicts(run.ledger))
        judge.check(counts.left)
        context = await self._prepare()
        admission = RunAdmission(
            self._options, run.journal, run.spending, self._warn, self._progress.observers
        )
        edits, passed = last_edits(run.ledger), run.ledger.passed()
        view = RunView(counts, admission, run.spending, judge, edits, passed)
        engine = self._open_engine(context, admission, tracing, traces)
        try:
            with interrupts(engine, self._progress.say):
                async with self._progress.follow(view):
                    await self._evolve_all(engine, view)
        except UsageError as reason:
            if not admission.has_answered:
                raise
            counts = run.ledger.counts()
            done = f"{counts.rows - counts.left} of {counts.rows} rows are done"
            raise Stopped(f"{reason}; {done}, and the run can be resumed") from None
        finally:
            await engine.close()
            admission.log_unanswered()

    async def _prepare(self) -> ConversationContext:
        """Check and try the endpoints; return the settings with what was learned of them.

        Raises UsageError if one of them can't be used.
        """
        plan, say = self._run.plan, self._progress.say
        await check_endpoints(settings_of(plan.framework, plan.context))
        self._options = fitted_to_rows(self._run, say)
        context = plan.context.with_learned(await self._learned())
        await self._try_tiers(settings_of(plan.framework, context))
        tell(context, speakers_of(plan.framework, context), say)
        for line in family_lines(plan.framework, context):
            say(line)
        return context.with_layout(layout_of(self._run.dataset.format))

    async def _evolve_all(self, engine: "Engine | ClusterEngine", view: RunView) -> None:
        run, context = self._run, self._run.plan.context
        finish = partial(self._finish, view)
        if run.intake.is_over or not isinstance(engine, Engine):
            await engine.run(tasks_of(run.dataset, run.ledger, context, engine.place), finish)
            return
        counting = asyncio.create_task(self._count(engine, view))
        try:
            tasks = tasks_while(counting, run.dataset, run.ledger, context, engine.place)
            await engine.run(tasks, finish)
        finally:
            if not counting.done():  # minutes, in a dataset of a million rows
                self._progress.say("reading the rest of the rows, which the results have too")
            await counting

    async def _count(self, engine: Engine, view: RunView) -> None:
        """Register the remaining rows of the dataset while the first ones are evolved."""
        run = self._run
        try:
            while not run.intake.is_over:
                more = await asyncio.to_thread(run.intake.go_on)
                view.came_in(more, are_all=run.intake.is_over)
                await self._note(await run.repeats.catch_up(), view)
        except RunError as reason:
            engine.stop(reason)
            return
        run_file = run.folder.load()
        if run_file is not None:
            run.folder.write(run_file.model_copy(update={"data": run.data}))

    async def _try_tiers(self, used: Sequence[ModelSettings]) -> None:
        tiers = self._run.plan.conduct.options.tiers
        await try_tiers(used, tiers)
        for line in tier_lines(used, tiers):
            self._progress.say(line)

    async def _learned(self) -> Learned:
        """What the run's endpoints reject: asked once, before the first call of a row."""
        run, context = self._run, self._run.plan.context
        run_file = run.folder.load()
        if run_file is None or run_file.learned is not None or run.spending.total.calls > 0:
            return (run_file and run_file.learned) or {}
        speakers = speakers_of(run.plan.framework, context)
        learned = await learn(context, speakers, self._options)
        if has_learned_all(context, speakers, learned):
            kept = {key: dict(dialect) for key, dialect in learned.items()}
            run.folder.write(run_file.model_copy(update={"learned": kept}))
        return learned

    def _open_engine(
        self,
        context: ConversationContext,
        admission: RunAdmission,
        tracing: Tracer | None,
        traces: TracedRows | None,
    ) -> "Engine | ClusterEngine":
        plan, conduct = self._run.plan, self._run.plan.conduct
        earlier = [each.put_into(context) for each in self._raised]
        with usage_errors():
            if conduct.scale is not None:
                from runners.run.ray.engine import ClusterEngine
                from runners.run.ray.job import Job

                job = Job(context, self._options, plan.framework, traces, earlier)
                return ClusterEngine(job, conduct.scale, admission, self._run.journal, self._warn)
            graph = plan.graph or build(plan.framework, judges_in_turn=plan.context.economy)
            batching = self._batching(admission)
            return Engine(context, self._options, admission, graph, tracing, earlier, batching)

    def _batching(self, admission: RunAdmission) -> "Batching | None":
        """Sends calls in batches; None if each is sent by itself."""
        run, conduct = self._run, self._run.plan.conduct
        if conduct.batches is None:
            return None
        from runners.batches.batching import Batching

        patience = conduct.options.give_up_after
        return Batching(conduct.batches, patience, admission, run.journal, run.database)

    async def _finish(self, view: RunView, record: Record) -> None:
        """Keep a row's record. Raises Stopped if too many rows failed, or the judge is unfit."""
        await self._run.ledger.keep(record)
        await self._note([record, *await self._run.repeats.take_over(record)], view)
        self._failing.check(record, view.counts)
        view.judge.check(view.counts.left)

    async def _note(self, kept: Iterable[Record], view: RunView) -> None:
        for each in kept:
            view.add(each)
            await self._tell(each)

    async def _tell(self, record: Record) -> None:
        failure = record.failure
        if failure is not None:
            _log.warning("row %s failed: %s", record.id, failure.model_dump())
        await self._progress.row(record)
