"""Outcomes: what a batch that is over means for its calls and for the run. Pure."""

from collections.abc import Iterable

from runners.batches.keeping import Outcome
from runners.batches.protocol import BatchState
from runners.calls.faults import Fault, Kind
from runners.calls.kinds import kind_of
from runners.calls.signs import ErrorAnswer
from runners.errors import RunError, Stopped
from runners.storage.batch_table import Batch

_RUN_ENDS = (Kind.RUN, Kind.ACCOUNT)


def undone(batch: Batch, look: BatchState) -> Fault:
    """The fault of a call that nobody worked on."""
    problem = f": {look.problem}" if look.problem else ""
    said = f"{batch.id} ended as {look.status}{problem}, without this call"
    name = look.status.title().replace("_", "")
    return Fault(Kind.TRANSIENT, f"Batch{name}", said)


def is_left(outcome: Outcome) -> bool:
    """Whether a call may be answered another time."""
    return isinstance(outcome, Fault) and outcome.kind.may_pass


def reason_to_stop(batch: Batch, look: BatchState, outcomes: Iterable[Outcome]) -> RunError | None:
    """Why the run can't go on after this batch; None if it can.

    Somebody who cancels a batch wants no other in its place.
    """
    where = f"{batch.model}: {batch.id}"
    if look.was_cancelled:
        return Stopped(f"{where} was cancelled; what it answered is kept, and resume goes on")
    if look.problem is not None and _is_account_end(look):
        hint = "the run can be resumed once the account is in order"
        return Stopped(f"{where}: {look.problem}; {hint}")
    faults = (each for each in outcomes if isinstance(each, Fault) and each.kind in _RUN_ENDS)
    fault = next(faults, None)
    return fault and Stopped(f"{where}: {fault.name}: {fault.message}; the run can be resumed")


def _is_account_end(look: BatchState) -> bool:
    said = ErrorAnswer(429, look.codes, look.problem or "", tells_when=False)
    return kind_of(said, answered_before=True) is Kind.ACCOUNT
