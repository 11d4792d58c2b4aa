"""What a provider's batches can do, whatever its API calls it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult

from runners.storage.batch_table import Batch

Body = Mapping[str, Any]
"""What one call sends: the same as when it goes by itself."""


class NoRoom(Exception):
    """A batch was not made, since too many tokens wait at the provider already.

    The message is the provider's.
    """


class Undecided(Exception):
    """It can't be told yet whether a batch was made: one that may be it is not over."""


class BatchLine(NamedTuple):
    """A call in a batch."""

    name: str
    """The journal's key in hexadecimal: by it the answer finds back."""
    body: Body


class BatchState(NamedTuple):
    """How a batch is."""

    status: str
    """The provider's word."""
    is_over: bool
    answered: int = 0
    """How many of its calls are answered, where the provider tells a number."""
    share: float = 0.0
    """Which part of its calls is, where it tells no more than that."""
    was_cancelled: bool = False
    problem: str | None = None
    """Why nothing of it was done, where the provider says so."""
    codes: tuple[str, ...] = ()
    """The provider's codes for it."""
    is_too_much: bool = False
    """Whether it is that too many tokens wait there already."""

    def answered_of(self, lines: int) -> int:
        """How many calls of so many are answered."""
        return self.answered or round(self.share * lines)


class Result(NamedTuple):
    """What came of a line: an answer, or the error that the call alone would have raised.

    Lines that nobody worked on, as of a batch that expired, have none.
    """

    name: str
    outcome: ChatResult | Exception


class Bodies(Protocol):
    """Makes the bodies of calls with one group of settings."""

    def __call__(self, messages: list[BaseMessage], stop: list[str] | None) -> Body:
        """What a call sends."""
        ...


class BatchProvider(Protocol):
    """One model's batches at its provider. Methods raise the errors of its client."""

    @property
    def most_lines(self) -> int:
        """Calls that a batch may have."""
        ...

    @property
    def most_bytes(self) -> int:
        """Bytes that a batch may have."""
        ...

    async def check(self) -> None:
        """Ask for something that is there wherever there are batches."""
        ...

    async def send(self, batch: Batch, lines: Sequence[BatchLine]) -> str:
        """Send a batch under its token; return the provider's name for it. May raise NoRoom."""
        ...

    async def find(
        self, batch: Batch, lines: Collection[str], others: Collection[str], *, makes: bool
    ) -> str | None:
        """Find a batch that may have been sent, by its token; None if it never was.

        One whose lines have arrived, and nothing else, is made of these, if `makes`, which may
        raise NoRoom. `lines` are the names of its lines, `others` the run's batches whose ids are
        known. Raises Undecided.
        """
        ...

    async def look(self, id: str) -> BatchState:
        """Look how a batch is."""
        ...

    async def results(self, id: str) -> list[Result]:
        """What has come of the lines of a batch that is over."""
        ...

    async def cancel(self, id: str) -> None:
        """Ask for a batch to be given up; what is answered by then stays."""
        ...

    async def close(self) -> None:
        """Close the client."""
        ...
