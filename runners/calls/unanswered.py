"""Logs unanswered calls in run.log: one line per second with a count, not one per call."""

import logging

_log = logging.getLogger("coevol")


class Unanswered:
    """The unanswered calls of one second, and the last reason."""

    def __init__(self) -> None:
        self._second, self._count, self._reason = -1, 0, ""

    def add(self, now: float, reason: str) -> None:
        """Count one; first write down those of an earlier second."""
        if int(now) != self._second:
            self.write()
        self._second, self._reason = int(now), reason
        self._count += 1

    def write_if_over(self, now: float) -> None:
        """Write down the count if its second is over."""
        if self._count and int(now) != self._second:
            self.write()

    def write(self) -> None:
        """Write down the count and the last reason."""
        if self._count:
            calls = "1 call was" if self._count == 1 else f"{self._count} calls were"
            _log.info("%s not answered within a second: %s", calls, self._reason)
        self._count = 0
