"""A run: a dataset evolved in its folder, from the first check to the last file."""

import logging
import time
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import orjson

from runners.batches.providers import check_batches
from runners.calls.addresses import check_addresses
from runners.calls.price import Price
from runners.calls.prices import need_prices, prices_of
from runners.calls.tiers import check_tiers
from runners.errors import RunError, UsageError, usage_errors
from runners.folder.batches import check_none_left, left_out_there
from runners.folder.clock import add_seconds, seconds_of
from runners.folder.cut_off import limits_of, rows_to_retry
from runners.folder.ledger import Counts
from runners.folder.limits import AnswerLimits
from runners.folder.outputs import write_outputs
from runners.folder.summary import summarize
from runners.run.active import ActiveRun, take_up
from runners.run.beginning import begin
from runners.run.closing import print_failures
from runners.run.event_loop import Interrupts, interruptible, run_in_event_loop
from runners.run.evolving import Evolving
from runners.run.failing import FailedAlike
from runners.run.frameworks import check_prompts, roles_of, settings_of
from runners.run.plan import Plan
from runners.run.view import Follower
from runners.storage.atomic import write_atomically
from runners.tracing.switch import read_traces, traced

_log = logging.getLogger("coevol")


def execute(plan: Plan, progress: Follower, interrupts: Interrupts = interruptible) -> Counts:
    """Start or resume the run; return the final counts.

    Raises the RunError that ended it early, after all existing results are written.
    """
    prices = _checked(plan)
    with ExitStack() as files:
        return _Execution(take_up(plan, prices, files), progress).do(interrupts)


def _checked(plan: Plan) -> Mapping[str, Price | None]:
    """Check what can be checked before opening files; return the prices. Raises UsageError."""
    if plan.context.human_verdict:
        raise UsageError("human_verdict: nobody can be asked in a run over a dataset; leave it out")
    with usage_errors():
        check_prompts(plan.framework, plan.context)
        if "judge" in roles_of(plan.framework):
            plan.context.check_judges()
        prices = prices_of(plan.context, plan.conduct.price)
        check_addresses(plan.context.settings.values())
        used = settings_of(plan.framework, plan.context)
        check_tiers(used, plan.conduct.options.tiers)
        plan.context.check_own_models()
        if plan.conduct.batches is not None:
            for each in used:
                check_batches(each)
    if plan.conduct.budget.cost is not None:
        need_prices(prices, (each.model for each in used))
    return prices


class _Execution:
    """One execution of a run."""

    def __init__(self, run: ActiveRun, progress: Follower) -> None:
        self._run, self._progress = run, progress
        self._raised: list[AnswerLimits] = []
        """The token limits before they were raised."""

    def do(self, interrupts: Interrupts) -> Counts:
        """Evolve the remaining rows, write all results, and return the final counts.

        Raises the RunError that stopped it, after all existing results are written.
        """
        run = self._run
        self._raised = begin(run, self._warn)
        if run.plan.conduct.retry_truncated:
            self._forget_cut_off()
        self._progress.say(f"format: {run.dataset.format.name}")
        for note in run.intake.notes:
            self._progress.say(f"{run.dataset.name}: {note}")
        counts = run.ledger.counts()
        if counts.left == 0 and run.intake.is_over:
            self._progress.say(f"nothing to do: all {counts.rows} rows are done")
            self._write_out()
            return counts
        if run.plan.conduct.batches is None:
            check_none_left(run.folder.path, run.database)
        self._evolve(interrupts)
        return run.ledger.counts()

    def _evolve(self, interrupts: Interrupts) -> None:
        """Evolve, and write all results however it ends. Raises the RunError that ended it."""
        run, started = self._run, time.monotonic()
        traces = read_traces(run.folder, run.plan.conduct.trace_sample, self._warn)
        # With actors, these trace the rows that they evolve.
        here = traces if run.plan.conduct.scale is None else None
        evolving = Evolving(run, self._raised, self._progress, self._warn)
        ended: RunError | None = None
        with traced(here, self._warn) as tracing:
            try:
                run_in_event_loop(evolving.do(tracing, traces, interrupts))
            except RunError as reason:
                ended = reason
                if isinstance(reason, FailedAlike):
                    run.ledger.forget_failures()
            finally:
                add_seconds(run.database, time.monotonic() - started)
                is_refused = isinstance(ended, UsageError) and not run.has_begun
                leaves = not (is_refused and run.folder.discard())
                # If not all rows could be read, they can't be written either.
                summary = self._write_out() if run.intake.is_over and leaves else None
        if ended is not None:
            if summary is not None:
                print_failures(run.folder, summary, self._progress)
            if (left := left_out_there(run.folder.path, run.database)) is not None:
                self._progress.say(left)
            raise ended

    def _forget_cut_off(self) -> None:
        """Mark rows to be redone whose answers were cut off by a lower limit than now."""
        ids = list(rows_to_retry(self._run.ledger, self._run.plan.context))
        self._run.ledger.forget(ids)
        self._progress.say(f"{len(ids):,} rows with answers that were cut off are taken again")

    def _warn(self, text: str) -> None:
        _log.warning(text)
        self._progress.warn(text)

    def _write_out(self) -> dict[str, Any]:
        run, framework, context = self._run, self._run.plan.framework, self._run.plan.context
        earlier = [each.put_into(context) for each in self._raised]
        limits = limits_of([context, *earlier])
        tally = write_outputs(run.folder, run.dataset, run.ledger, limits)
        seconds, counts = seconds_of(run.database), run.ledger.counts()
        summary = summarize(counts, tally, run.spending, seconds, context, framework, earlier)
        summary = {"framework": framework, **summary}
        data = orjson.dumps(summary, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        write_atomically(run.folder.summary, data)
        return summary
