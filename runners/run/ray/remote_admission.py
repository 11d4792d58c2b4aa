"""An actor's admission, which asks the driver over the connection."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from langchain_core.caches import RETURN_VAL_TYPE, BaseCache
from langchain_core.outputs import ChatGeneration

from runners.calls.admission import CallRequest, Diagnosis, Slot
from runners.calls.faults import Fault
from runners.calls.observer import CallObservers
from runners.calls.spent import Spent
from runners.errors import RunError
from runners.run.ray.connection import Connection
from runners.run.ray.messages import pack_error, pack_fault
from runners.storage.journal import key_of, pack_answer, unpack_answer


class RemoteAdmission:
    """Asks the driver, so that limits, budget and journal apply to the whole run."""

    observers: CallObservers = ()
    """Empty: the driver's observers are told about all calls."""

    def __init__(self, connection: Connection, places: int) -> None:
        """`places` is the most calls that this actor may have in flight at an endpoint."""
        self._connection = connection
        self._places: dict[tuple[str, ...], asyncio.Semaphore] = {}
        """By the endpoints that a call may go to, as with lines."""
        self._most = places
        self.journal = RemoteJournal(connection)
        self.stopped: RunError | None = None

    def open(self, *endpoints: str) -> None:
        """Make places here; the driver knows all endpoints."""
        most = self._most * len(endpoints)
        self._places.setdefault(endpoints, asyncio.Semaphore(most))

    async def kept(self, prompt: str, llm_string: str) -> ChatGeneration | None:
        """Ask for the driver's journal entry, without claiming the call."""
        (packed,) = await self._connection.ask("peek", key_of(prompt, llm_string))
        return None if packed is None else unpack_answer(packed)

    @asynccontextmanager
    async def slot(self, request: CallRequest) -> AsyncGenerator[Slot]:
        """Wait until the driver admits the call."""
        number = self._connection.number()
        self.open(*request.endpoints)
        async with self._places[request.endpoints]:
            try:
                endpoint, has_answered = await self._connection.ask(
                    "enter", *request, number=number
                )
                yield _RemoteSlot(self._connection, number, endpoint, bool(has_answered))
            except RunError as reason:
                self.close(reason)
                raise
            finally:
                self._connection.tell(number, "leave")

    def settled(self, prompt: str, llm_string: str, answer: ChatGeneration | None) -> None:
        """Give other actors the answer to a call that this one claimed by looking it up."""
        packed = None if answer is None else pack_answer([answer])
        self._connection.tell(0, "settled", key_of(prompt, llm_string), packed)

    def close(self, reason: RunError) -> None:
        """End the whole run."""
        self.stopped = self.stopped or reason
        self._connection.tell(0, "close", *pack_error(reason))


class _RemoteSlot:
    """A call in flight, which the driver knows by its number."""

    def __init__(
        self, connection: Connection, number: int, endpoint: str, has_answered: bool
    ) -> None:
        self._connection, self._number = connection, number
        self.endpoint, self.has_answered = endpoint, has_answered

    def answered(self, spent: Spent, tier: str = "") -> None:
        self._connection.tell(self._number, "answered", spent, tier)

    def paid(self, spent: Spent, tier: str = "") -> None:
        self._connection.tell(self._number, "paid", spent, tier)

    async def failed(self, fault: Fault) -> Diagnosis:
        ruling = await self._connection.ask("failed", *pack_fault(fault), number=self._number)
        return Diagnosis(*map(bool, ruling))


class RemoteJournal(BaseCache):
    """The run's journal, which only the driver reads and writes; packed and unpacked here."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def alookup(self, prompt: str, llm_string: str) -> RETURN_VAL_TYPE | None:
        """The answer to this call; None if this actor is to make it.

        Waits if another actor is making it.
        """
        number = self._connection.number()
        key = key_of(prompt, llm_string)
        try:
            (packed,) = await self._connection.ask("look up", key, number=number)
        except asyncio.CancelledError:
            self._connection.tell(number, "forget")
            raise
        return None if packed is None else [unpack_answer(packed)]

    async def aupdate(self, prompt: str, llm_string: str, return_val: RETURN_VAL_TYPE) -> None:
        """Keep an answer; on return, the driver has committed it. Raises StorageError."""
        await self._connection.ask("keep", key_of(prompt, llm_string), pack_answer(return_val))

    def lookup(self, prompt: str, llm_string: str) -> RETURN_VAL_TYPE | None:
        """Not supported: every answer has to be awaited."""
        raise NotImplementedError("the journal of an actor is asynchronous: use alookup")

    def update(self, prompt: str, llm_string: str, return_val: RETURN_VAL_TYPE) -> None:
        """Not supported: every write has to be awaited."""
        raise NotImplementedError("the journal of an actor is asynchronous: use aupdate")

    def clear(self, **kwargs: Any) -> None:
        """Not supported in actors."""
        raise NotImplementedError("the journal is the driver's")
