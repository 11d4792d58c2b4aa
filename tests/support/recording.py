"""What the loopback model remembers: a record of each chat call, and counters."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from tests.support.answers import Task, task_of

CLIENT_GONE = 499
"""Status of a call whose client left before it was answered (nginx's number for it)."""


@dataclass(slots=True)
class Request:
    """A chat call. Times are time.monotonic(), the same clock in every process of a machine."""

    arrived: float
    in_flight: int
    """Calls in flight when it arrived, itself included."""
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])
    authorization: str | None = None
    user_agent: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """By their names in lower case."""
    started: float | None = None
    """When it got its slot."""
    finished: float | None = None
    status: int | None = None
    """What was sent: None until then and for a reset connection, 499 if the client left first."""
    fault: str | None = None
    answer: str | None = None
    finish_reason: str | None = None

    @property
    def messages(self) -> list[dict[str, str]]:
        """The messages it carried."""
        return self.body.get("messages", [])

    @property
    def task(self) -> Task:
        """Which prompt of the paper it carried, by the names of the graph's nodes."""
        return task_of(self.messages)

    def overlaps(self, other: "Request") -> bool:
        """Whether both were in flight at some moment."""
        return self.arrived < _end(other) and other.arrived < _end(self)

    def works_at(self, moment: float) -> bool:
        """Whether it held a slot at that moment."""
        return self.started is not None and self.started <= moment < _end(self)


@dataclass(slots=True)
class FileRecord:
    """A file."""

    id: str
    name: str
    purpose: str
    content: bytes
    created_at: int


@dataclass(slots=True)
class BatchRecord:
    """A batch of calls. It survives stop and start, but nobody works on it meanwhile."""

    id: str
    input_file: str
    lines: list[tuple[str, bytes]]
    """Names of the calls, and their bodies in OpenAI's words."""
    metadata: dict[str, str]
    created_at: int
    words: int = 0
    status: str = "validating"
    results: list[tuple[str, int, Any]] = field(default_factory=list[tuple[str, int, Any]])
    """Names of the calls that came to something, statuses and bodies."""
    error: str | None = None
    """Code of what was wrong with all of it."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.status not in {"validating", "in_progress"}


def _end(request: Request) -> float:
    return float("inf") if request.finished is None else request.finished


@dataclass
class Ledger:
    """All that happened since the server was made; survives stop and start."""

    requests: list[Request] = field(default_factory=list[Request])
    greetings: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """Bodies of what runs ask before their calls."""
    batches: list["BatchRecord"] = field(default_factory=list["BatchRecord"])
    files: dict[str, "FileRecord"] = field(default_factory=dict[str, "FileRecord"])
    """What was uploaded, and what batches have answered, by id."""
    statuses: Counter[int] = field(default_factory=Counter[int])
    faults: Counter[str] = field(default_factory=Counter[str])
    attempts: Counter[bytes] = field(default_factory=Counter[bytes])
    """How often each body came."""
    answered_bodies: set[bytes] = field(default_factory=set[bytes])
    answered: int = 0
    refused: int = 0
    in_flight: int = 0
    peak_in_flight: int = 0
    prompt_words: int = 0
    answer_words: int = 0
    busy_slot_seconds: float = 0.0
    first_arrival: float | None = None
    last_finish: float | None = None

    def arrive(self, keep: bool) -> Request:
        """A chat call has come in."""
        self.in_flight += 1
        self.peak_in_flight = max(self.peak_in_flight, self.in_flight)
        request = Request(monotonic(), self.in_flight)
        if self.first_arrival is None:
            self.first_arrival = request.arrived
        if keep:
            self.requests.append(request)
        return request

    def finish(self, request: Request, status: int | None) -> None:
        """It is about to be answered, or never will be."""
        self.in_flight -= 1
        request.status = status
        self.last_finish = request.finished = monotonic()
        if request.started is not None:
            self.busy_slot_seconds += request.finished - request.started
        if status is not None:
            self.statuses[status] += 1
        if request.finish_reason is None:
            self.refused += 1

    def answer(self, digest: bytes, prompt_words: int, answer_words: int) -> None:
        """A chat completion is given."""
        self.answered += 1
        self.answered_bodies.add(digest)
        self.prompt_words += prompt_words
        self.answer_words += answer_words

    def stats(self) -> dict[str, Any]:
        """The counters as JSON can carry them."""
        plain = {
            name: getattr(self, name)
            for name in (
                "answered",
                "refused",
                "in_flight",
                "peak_in_flight",
                "prompt_words",
                "answer_words",
                "busy_slot_seconds",
                "first_arrival",
                "last_finish",
            )
        }
        statuses = {str(status): count for status, count in self.statuses.items()}
        distinct = len(self.answered_bodies)
        return plain | {"distinct": distinct, "statuses": statuses, "faults": dict(self.faults)}
