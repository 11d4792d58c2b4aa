"""Pauses: when a call that failed at an endpoint may be sent there again."""

import time
from collections.abc import Iterable


class Pauses:
    """One call's pauses by endpoint: while one lasts, the call may go to another endpoint."""

    def __init__(self, endpoints: Iterable[str]) -> None:
        self._endpoints = tuple(endpoints)
        self._until: dict[str, float] = {}
        """When the pauses end, by endpoint."""

    def begin(self, endpoint: str, seconds: float) -> None:
        """Pause an endpoint for some seconds."""
        self._until[endpoint] = time.monotonic() + seconds

    @property
    def shortest(self) -> float:
        """Seconds until some endpoint may take the call; 0 if one may now."""
        first = min(self._until.get(each, 0.0) for each in self._endpoints)
        return max(0.0, first - time.monotonic())

    @property
    def lasting(self) -> tuple[str, ...]:
        """The endpoints that are pausing now."""
        if not self._until:  # as for nearly all calls
            return ()
        now = time.monotonic()
        return tuple(each for each, until in self._until.items() if until > now)
