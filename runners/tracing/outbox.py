"""The outbox: what the LangSmith client sends waits here, bounded, for one thread to deliver it.

Behind its session LangSmith's client never waits: whatever it posts is taken at once. The queue
that it has itself loses traces without saying of which rows, and keeps the process. Measured with
langsmith 0.15.0 on 2 cores: 20,000 runs of 5 KB in 40 s from an event loop, then flush(timeout=6)
and close(0); the client as it is / without retries and with smaller queues / behind this:

    LangSmith          runs lost               seconds until the process left    memory grew by
    works              0 / 0 / 0               2 / 2 / 4                         4 / 7 / 4 MB
    429 for 15 s       400 / 6,352 / 0         1 / 1 / 1                         22 / 7 / 39 MB
    429 all the time   all                     over 200 (killed) / 5 / 3         54 / 10 / 80 MB
    nobody listens     all                     165 / 1 / 11                      196 / 32 / 79 MB
    1 s an answer      0 / 0 / 17,600          152 / 150 / 11                    46 / 42 / 86 MB

None of them holds the event loop up. What this loses it counts by rows. It sends one batch at a
time, so that an endpoint which takes a second for each gets some 50 runs a second: the last line.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

import requests
from langsmith import Client

from runners.tracing.endpoint import LangSmithEndpoint, TraceBatch
from runners.tracing.wire import LONGEST_PAUSE, Away, ClientSession, Refused, traces_in

_ROOM = 32 << 20
_LAST_ATTEMPTS = 2
"""How often delivery is tried after the run is over."""


class Outbox:
    """Holds batches of traces and delivers them in order, trying each until it is accepted.

    While the endpoint is away they wait; if there is no more room, or the endpoint rejects them,
    they are dropped and counted.
    """

    def __init__(self, session: ClientSession, room: int = _ROOM) -> None:
        """`room` is the compressed size in bytes above which no further row is traced."""
        self._room = room
        self.session = session
        session.take = self._put
        self.project: str | None = None
        """The project's id, once known."""
        self.trouble = ""
        """The last error."""
        self._batches: deque[TraceBatch] = deque()
        self._size = 0
        self._lost: set[bytes] = set()
        self._changed = threading.Condition()
        self._is_open, self._is_hurried, self._is_complete = True, False, False

    def start(self, client: Client, project_name: str | None) -> None:
        """Start delivering what `client` posts. The process does not wait for the thread.

        With a project's name, its id is looked up, and the project is created if needed.
        """
        self._endpoint = LangSmithEndpoint(client, self.session, project_name)
        self._thread = threading.Thread(target=self._work, name="traces", daemon=True)
        self._thread.start()

    @property
    def held(self) -> int:
        """Compressed bytes waiting to be delivered."""
        return self._size

    @property
    def has_room(self) -> bool:
        """Whether there is room for another row's trace."""
        return self._is_open and self._size < self._room

    def hurry(self, deadline: float) -> None:
        """Retry less, as the run is over; wait until it is known if the endpoint answers."""
        with self._changed:
            self._is_hurried = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.project or not self._is_open, _until(deadline))

    def finish(self, deadline: float) -> int:
        """Deliver what is left until the deadline; return how many traces were lost."""
        with self._changed:
            self._is_complete = self._is_hurried = True
            self._changed.notify_all()
        self._thread.join(_until(deadline))
        with self._changed:
            self._is_open = False
            self.trouble = self.trouble or "no answer in time"
            return len(self._lost.union(*(traces_in(batch.body) for batch in self._batches)))

    def _put(self, request: requests.PreparedRequest, options: dict[str, Any]) -> None:
        """Accept a request, or drop it and count its traces."""
        content: Any = request.body
        body = content if isinstance(content, bytes) else content.read()
        with self._changed:
            if self._is_open and self._size + len(body) <= 2 * self._room:
                self._batches.append(TraceBatch(request, body, options))
                self._size += len(body)
            else:
                self._lost |= traces_in(body)
            self._changed.notify_all()

    def _work(self) -> None:
        try:
            self._persist(self._connect)
            while (batch := self._next()) is not None:
                self._persist(partial(self._endpoint.deliver, batch))
                with self._changed:
                    self._size -= len(self._batches.popleft().body)
        except (Away, Refused) as reason:
            self.trouble = str(reason)
        finally:
            with self._changed:
                self._is_open = False
                self._changed.notify_all()
            self.session.direct.close()

    def _next(self) -> TraceBatch | None:
        """Wait for the next batch; None after the last one is delivered."""
        with self._changed:
            self._changed.wait_for(lambda: self._batches or self._is_complete)
            return self._batches[0] if self._batches else None

    def _persist(self, action: Callable[[], None]) -> None:
        """Do something that needs the endpoint, retrying while it is away."""
        failures = attempts_in_a_hurry = 0
        while True:
            try:
                return action()
            except Away as away:
                self.trouble = str(away)
                failures += 1
                attempts_in_a_hurry += self._is_hurried
                if attempts_in_a_hurry >= _LAST_ATTEMPTS:
                    raise
                self._pause(min(LONGEST_PAUSE, away.pause or 2.0**failures / 2))

    def _pause(self, seconds: float) -> None:
        """Wait, but only briefly once the run is over."""
        with self._changed:
            if not self._is_hurried:
                self._changed.wait_for(lambda: self._is_hurried, seconds)
        if self._is_hurried:
            time.sleep(min(seconds, 0.5))

    def _connect(self) -> None:
        project = self._endpoint.connect()
        with self._changed:
            self.project = project
            self._changed.notify_all()


def _until(deadline: float) -> float:
    return max(0.0, deadline - time.monotonic())
