"""A loopback model that speaks the OpenAI chat API, in a thread or as a process.

    with serve(ServerOptions(latency=0.05, slots=4)) as server:
        ...  # talk to server.base_url, then look at server.requests

    python -m tests.support.server --port 0 --latency 0.2 --slots 64

Once it is ready, the process prints a line of JSON with its base_url; it runs until SIGTERM.
`GET /stats` returns its counters, `POST /control` changes its options.
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from tests.support.hosting import Running
from tests.support.options import Fate, Faults, ServerOptions
from tests.support.recording import BatchRecord, Ledger, Request
from tests.support.together_batches import TogetherBatches

__all__ = ["Fate", "Faults", "Request", "Server", "ServerOptions", "serve"]


class Server:
    """The model in a thread of its own, for tests; it can be stopped and started again."""

    def __init__(self, options: ServerOptions | None = None) -> None:
        self.options = options or ServerOptions()
        self.ledger = Ledger()
        self.port = 0
        """The same after a restart."""
        self._running: Running | None = None

    @property
    def base_url(self) -> str:
        """Where the API is."""
        return f"http://127.0.0.1:{self.port}/v1"

    def url_of(self, provider: str) -> str:
        """The base URL for a provider with batches of its own, by its name in model strings."""
        paths = {"openai": "/v1", "together": f"{TogetherBatches.home}/v1"}
        return f"http://127.0.0.1:{self.port}{paths.get(provider, '')}"

    @property
    def requests(self) -> list[Request]:
        """The chat calls so far, in the order they came."""
        return list(self.ledger.requests)

    @property
    def greetings(self) -> list[dict[str, Any]]:
        """Bodies of what runs asked before their calls."""
        return list(self.ledger.greetings)

    @property
    def batches(self) -> list[BatchRecord]:
        """The batches so far, in the order they came."""
        return list(self.ledger.batches)

    @property
    def answered(self) -> int:
        """Completions given."""
        return self.ledger.answered

    @property
    def refused(self) -> int:
        """Calls that ended in anything else."""
        return self.ledger.refused

    @property
    def distinct(self) -> int:
        """Different bodies among the answered calls."""
        return len(self.ledger.answered_bodies)

    @property
    def peak_in_flight(self) -> int:
        """The most calls in flight at once."""
        return self.ledger.peak_in_flight

    def stats(self) -> dict[str, Any]:
        """What GET /stats says."""
        return self.ledger.stats()

    def change(self, **changes: Any) -> None:
        """Change options while it runs: `server.change(down=True)`."""
        self.options = self.options.changed(**changes)
        if self._running is not None:
            self._running.adopt(self.options)

    def start(self) -> None:
        """Listen, on the same port as before if there was one."""
        self._running = Running(self.options, self.ledger, self.port)
        self.port = self._running.port

    def stop(self) -> None:
        """Stop listening and cut every connection; calls in flight are lost."""
        if self._running is not None:
            self._running.stop()
            self._running = None


@contextmanager
def serve(options: ServerOptions | None = None) -> Generator[Server]:
    """A running server, stopped at the end."""
    server = Server(options)
    server.start()
    try:
        yield server
    finally:
        server.stop()


if __name__ == "__main__":
    from tests.support.command import main

    main()
