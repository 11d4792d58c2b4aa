"""How many calls the loopback model takes at once, and how many a second."""

import asyncio
from collections import deque
from time import monotonic


class Slots:
    """Places to work in; calls without one wait in line."""

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._busy = 0
        self._line: deque[asyncio.Future[None]] = deque()

    async def take(self) -> None:
        """Wait for a place."""
        if self._free() and not self._line:
            self._busy += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # the place was handed over just as the client left
                self.give()
            raise

    def give(self) -> None:
        """Give the place to the next in line."""
        self._busy -= 1
        self._hand_out()

    def resize(self, limit: int | None) -> None:
        """Have more or fewer places from now on."""
        self._limit = limit
        self._hand_out()

    def _free(self) -> bool:
        return self._limit is None or self._busy < self._limit

    def _hand_out(self) -> None:
        while self._line and self._free():
            turn = self._line.popleft()
            if not turn.done():  # done: its client left while it waited
                self._busy += 1
                turn.set_result(None)


class Bucket:
    """Lets a number of calls a second through, the first second's at once."""

    def __init__(self) -> None:
        self._tokens = float("inf")
        self._seen = monotonic()

    def admits(self, rate: float | None) -> bool:
        """Whether one more call is within the rate."""
        if rate is None:
            return True
        now = monotonic()
        self._tokens = min(max(1.0, rate), self._tokens + (now - self._seen) * rate)
        self._seen = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
