"""Failing: stops a run in which too many rows fail."""

from nodes.counted import counted
from runners.errors import Stopped
from runners.folder.ledger import Counts
from runners.folder.reasons import Reasons
from runners.folder.records import GUARD, Failure, Record, rounds_of
from runners.run.plan import MaxFailures

_ALIKE = 20
"""Rows that fail for the same reason, with none succeeding before, after which a run stops."""


class FailedAlike(Stopped):
    """All rows failed for the same reason: they are to be tried again."""


class Failing:
    """Counts the failures of a run since its start."""

    def __init__(self, most: MaxFailures | None) -> None:
        """`most` is the user's limit; None for no limit."""
        self._most = most
        self._reasons = Reasons()
        self._succeeded = False

    def check(self, record: Record, counts: Counts) -> None:
        """Count a finished row. Raises Stopped if the run should not go on."""
        if self._most is not None and not self._most.allows(counts.failed, counts.rows):
            raise Stopped(
                f"{counted(counts.failed, 'row')} failed, more than --max-failures allows"
            )
        if counts.finished or rounds_of(record):
            self._succeeded = True
        if self._succeeded or record.failure is None:
            return
        reason = self._reasons.add(record.failure)
        if reason.rows >= _ALIKE:
            raise FailedAlike(
                f"the first {reason.rows} rows failed alike, and none has come through: "
                f"{reason.error}: {reason.message}; {_what_to_change(record.failure)} and start "
                "again: they are tried again"
            )


def _what_to_change(failure: Failure) -> str:
    if failure.stage == GUARD:
        return "mend the guard"
    return "change what the endpoint does not take (the settings of the model, the rows)"
