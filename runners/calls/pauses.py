"""Pauses: when a call that has failed at an endpoint may go there again."""

import time
from collections.abc import Iterable


class Pauses:
    """One call's pauses, by endpoint: while one lasts, another endpoint may have the call."""

    def __init__(self, endpoints: Iterable[str]) -> None:
        self._endpoints = tuple(endpoints)
        self._until: dict[str, float] = {}
        """When the pauses end that have begun."""

    def begin(self, endpoint: str, seconds: float) -> None:
        """Leave an endpoint alone for some time."""
        self._until[endpoint] = time.monotonic() + seconds

    @property
    def shortest(self) -> float:
        """Seconds until some endpoint may have the call, 0 if one may at once."""
        first = min(self._until.get(each, 0.0) for each in self._endpoints)
        return max(0.0, first - time.monotonic())

    @property
    def lasting(self) -> tuple[str, ...]:
        """The endpoints that are to be left alone now."""
        if not self._until:  # as of nearly all calls
            return ()
        now = time.monotonic()
        return tuple(each for each, until in self._until.items() if until > now)
