"""How a run begins: registers the rows, and freezes the settings or checks them."""

from collections.abc import Callable
from importlib.metadata import version

from nodes.counted import counted, noun
from runners.errors import UsageError
from runners.folder.folder import RunData
from runners.folder.ledger import LedgerReader
from runners.folder.limits import AnswerLimits
from runners.run.active import ActiveRun


def begin(run: ActiveRun, warn: Callable[[str], None]) -> list[AnswerLimits]:
    """Register the rows and freeze the settings; return the earlier token limits, if raised.

    Raises UsageError if rows or settings do not fit the run's existing results.
    """
    before, has_begun = run.folder.load(), run.has_begun
    if before is not None and has_begun:
        run.folder.hold_against(run.settings, before)

    def check(ledger: LedgerReader) -> None:
        is_same = before and before.data.fingerprint == run.data.fingerprint
        if not is_same and ledger.is_foreign():
            reason = f"none of the rows done there is in {run.dataset.name}"
            raise UsageError(f"{run.plan.out}: {reason}; give another --out for other data")

    # Check existing results against all rows before anything is paid; actors read all at once.
    conduct, is_from_memory = run.plan.conduct, run.plan.rows is not None
    may_be_partly = not has_begun and not is_from_memory and conduct.scale is None
    run.intake.begin(
        check,
        forget_failures=conduct.retry_failed,
        may_be_partly=may_be_partly,
        settings=None if is_from_memory else _what_is_taken(run),
    )
    if is_from_memory:
        run.dataset.move(run.folder.rows)
    _tell_of_left_out(run, warn)
    if before is not None and has_begun:
        _tell_of_change(run, before.data, warn)
    run.repeats.catch_up_now()
    return run.folder.freeze(run.settings, run.data, before, run.plan.context.headers).raised


def _what_is_taken(run: ActiveRun) -> str:
    """Everything that determines how rows are registered, except the data itself."""
    data = run.data.model_dump_json(exclude={"rows", "sha256"})
    return f"{version('coevol')} {run.settings.model_dump_json()} {data}"


def _tell_of_left_out(run: ActiveRun, warn: Callable[[str], None]) -> None:
    """Warn, before anything is written, if the dataset lacks rows that are done."""
    if left_out := run.ledger.left_out():
        others = counted(left_out, "other is", "others are")
        warn(
            f"{run.folder.evolved} will hold {counted(run.intake.rows, 'row')}; {others} "
            "done in this run, but not selected or not in the dataset now: bring them back at no "
            "cost, or give another --out"
        )


def _tell_of_change(run: ActiveRun, before: RunData, warn: Callable[[str], None]) -> None:
    """Warn, before anything is paid, that the data has changed since the last start."""
    known, counts = before.sha256 or before.version, run.ledger.counts()
    if known is not None and known != run.data.fingerprint:
        warn(
            f"{run.dataset.name} has changed since this run last read it: {counts.left:,} of its "
            f"{counted(counts.rows, 'row')} {noun(counts.left, 'is', 'are')} to be evolved now, "
            f"{counted(counts.done, 'is', 'are')} done"
        )
