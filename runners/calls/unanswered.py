"""Calls that were not answered as run.log has them: counts a second, not a line each."""

import logging

_log = logging.getLogger("coevol")


class Unanswered:
    """The calls of one second, with the words of the last."""

    def __init__(self) -> None:
        self._second, self._count, self._reason = -1, 0, ""

    def add(self, now: float, reason: str) -> None:
        """Count one; those of an earlier second are written down."""
        if int(now) != self._second:
            self.write()
        self._second, self._reason = int(now), reason
        self._count += 1

    def write_if_over(self, now: float) -> None:
        """Write down what was counted once its second is over."""
        if self._count and int(now) != self._second:
            self.write()

    def write(self) -> None:
        """Write down what was counted, with the words of the last."""
        if self._count:
            calls = "1 call was" if self._count == 1 else f"{self._count} calls were"
            _log.info("%s not answered within a second: %s", calls, self._reason)
        self._count = 0
