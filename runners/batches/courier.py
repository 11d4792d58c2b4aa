"""The courier: takes one model's calls to its provider in batches, and brings the answers back.

A batch is in run.db before it is sent, so whatever a killed run had out there is found again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from functools import partial
from secrets import token_hex
from typing import Any, TypeVar

from runners.batches.gathering import Asked, Gathering
from runners.batches.keeping import Keeping, Outcome
from runners.batches.outcomes import is_left, reason_to_stop, undone
from runners.batches.patience import Ending, Patience, pause_after, pause_at
from runners.batches.protocol import BatchProvider, BatchState, NoRoom, Undecided
from runners.calls.faults import Fault
from runners.errors import RunError, Stopped
from runners.storage.batch_table import Batch, BatchTable

T = TypeVar("T")
_BATCHES = 2
"""Batches that a call is sent in at the most."""
_MOST_CROWDED = 60
"""Batches in a row for which there was no room, after which the run stops: an hour, about."""


@dataclass
class _Waiting:
    """A call that somebody waits for."""

    asked: Asked
    answer: "asyncio.Future[Outcome]"
    batches: int = 0
    """Those that it was in."""


class Courier:
    """Carries the calls of one model at one endpoint."""

    def __init__(
        self,
        name: tuple[str, str],
        provider: BatchProvider,
        gathering: Gathering,
        keeping: Keeping,
        table: BatchTable,
        patience: Patience,
        stop_run: Callable[[RunError], None],
    ) -> None:
        """`name` has endpoint and model. `stop_run` hears why the run can't go on."""
        self._name, self._provider, self._gathering = name, provider, gathering
        self._keeping, self._table, self._patience = keeping, table, patience
        self._stop_run = stop_run
        self._stopped: RunError | None = None
        self._waiting: dict[bytes, _Waiting] = {}
        self._out: set[bytes] = set()
        """Calls in batches that are out, or about to be."""
        self._unclaimed: dict[bytes, Outcome] = {}
        """Answers that nobody waited for, and that the journal does not take."""
        self._crowded = 0
        """Batches in a row for which the provider had no room."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._gatherer: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Find the batches of earlier starts again, and gather calls for others."""
        self._do(self._patience.until_done(self._provider.check))
        for batch in self._table.out():
            if (batch.endpoint, batch.model) == self._name:
                self._out.update(self._table.lines(batch.token))
                self._gathering.occupy(batch.tokens)
                self._do(self._find(batch))
        self._gatherer = self._do(self._gather())

    async def answer(self, asked: Asked) -> Outcome:
        """Have a call answered in a batch, or in another one if the first did not come to it.

        Raises the RunError with which the run stops.
        """
        if self._stopped is not None:
            raise self._stopped
        if (found := self._unclaimed.pop(asked.key, None)) is not None:
            return found
        answer = asyncio.get_running_loop().create_future()
        self._waiting[asked.key] = _Waiting(asked, answer)
        if asked.key not in self._out:
            self._gathering.add(asked)
        try:
            return await answer
        finally:
            del self._waiting[asked.key]

    def stop(self, reason: RunError) -> None:
        """Give everybody the reason. Nothing is sent any more; what is out there stays."""
        self._stopped = self._stopped or reason
        self._end()
        self._give_up(self._stopped)

    async def close(self) -> None:
        """Wait for what is being sent or taken at this moment, and close the client."""
        self._end()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._provider.close()

    def _end(self) -> None:
        self._patience.end()
        if self._gatherer is not None:
            self._gatherer.cancel()

    def _do(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(self._until_ending(work))
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        """Let nobody wait for ever for work that ended in a mistake of ours."""
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._give_up(error)

    def _give_up(self, error: BaseException) -> None:
        for each in self._waiting.values():
            if not each.answer.done():
                each.answer.set_exception(error)

    async def _until_ending(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Ending:
            return
        except RunError as reason:
            self._stop_run(reason)

    async def _gather(self) -> None:
        while True:
            self._do(self._carry(await self._gathering.group()))

    async def _carry(self, group: list[Asked]) -> None:
        """Take a group of calls to the provider, and wait for what comes of them."""
        self._out.update(each.key for each in group)
        tokens = sum(each.tokens for each in group)
        batch = Batch(token_hex(8), *self._name, len(group), tokens, time.time())
        await self._table.intend(batch, {each.key: each.known for each in group})
        lines, has_tried = [each.line for each in group], False

        async def send() -> str:
            nonlocal has_tried
            found = await self._look_for(batch) if has_tried else None
            has_tried = True
            return found or await self._provider.send(batch, lines)

        try:
            id = await self._once_decided(batch, send)
        except NoRoom as full:
            await self._wait_for_room(batch, str(full))
        else:
            await self._follow(batch._replace(id=id))

    async def _look_for(self, batch: Batch) -> str | None:
        """Find a batch at the provider of which nobody has heard whether it was made."""
        names, others = self._table.names(batch.token), self._table.ids()
        return await self._provider.find(batch, names, others, makes=True)

    async def _once_decided(self, batch: Batch, request: Callable[[], Awaitable[T]]) -> T:
        """Make a request that has to know whether a batch was made, once that can be told."""
        while True:
            try:
                return await self._patience.until_done(request)
            except Undecided:
                await self._patience.rest(pause_at(time.time() - batch.made))

    async def _find(self, batch: Batch) -> None:
        """Go on with a batch of an earlier start."""
        find = partial(self._look_for, batch)
        try:
            id = batch.id or await self._once_decided(batch, find)
        except NoRoom:
            id = None
        if id is not None:
            await self._follow(batch._replace(id=id), is_earlier=True)
            return
        lines = self._table.lines(batch.token)
        await self._table.forget(batch)
        self._gathering.release(batch.tokens)
        self._again(lines)

    async def _follow(self, batch: Batch, *, is_earlier: bool = False) -> None:
        """Wait until a batch is over, and take what has come of it.

        One of an earlier start that was cancelled is no reason to stop again.
        """
        id = batch.id or ""
        await self._table.put(batch)
        while not (
            look := await self._patience.until_done(lambda: self._provider.look(id))
        ).is_over:
            seen = batch._replace(status=look.status, answered=look.answered_of(batch.lines))
            if seen != batch:
                batch = seen
                await self._table.put(batch)
            await self._patience.rest(pause_at(time.time() - batch.made))
        if look.is_too_much:
            await self._wait_for_room(batch, look.problem)
        else:
            is_stop = look.was_cancelled and not is_earlier
            await self._take(batch, look._replace(was_cancelled=is_stop))

    async def _take(self, batch: Batch, look: BatchState) -> None:
        """Keep all that is answered, tell who waits, and have the others answered."""
        id = batch.id or ""
        results = await self._patience.until_done(lambda: self._provider.results(id))
        lines = self._table.lines(batch.token)
        found = await self._keeping.take(results, lines)
        answered = sum(not isinstance(each, Fault) for each in found.values())
        over = batch._replace(status=look.status, answered=answered, ended=time.time())
        await self._table.close(over)
        self._crowded = 0
        self._gathering.release(batch.tokens, had_room=True)
        self._out.difference_update(lines)
        if (reason := reason_to_stop(over, look, found.values())) is not None:
            self._stop_run(reason)
        for key in lines:
            self._settle(key, found.get(key) or undone(over, look))

    def _settle(self, key: bytes, outcome: Outcome) -> None:
        """Give an outcome to who waits for it; what may pass is tried in another batch."""
        waiting = self._waiting.get(key)
        if waiting is None:
            if not isinstance(outcome, Fault) and not self._keeping.knows(key):
                self._unclaimed[key] = outcome
        elif not waiting.answer.done():
            waiting.batches += 1
            if is_left(outcome) and waiting.batches < _BATCHES:
                self._again([key])
            else:
                waiting.answer.set_result(outcome)

    def _again(self, keys: Iterable[bytes]) -> None:
        """Have calls answered in a further batch, where somebody waits for them."""
        for key in keys:
            self._out.discard(key)
            waiting = self._waiting.get(key)
            if waiting is not None and not waiting.answer.done():
                self._gathering.add(waiting.asked)

    async def _wait_for_room(self, batch: Batch, problem: str | None) -> None:
        """Send the calls of a batch again once there is room for them: none of them was tried."""
        lines = self._table.lines(batch.token)
        await self._table.forget(batch)
        self._gathering.release(batch.tokens)
        has_others = self._gathering.lower_quota(batch.tokens)
        self._crowded += 1
        if self._crowded > _MOST_CROWDED:
            said = f"{self._name[1]}: {problem}"
            raise Stopped(f"{said}; a lower --batch-tokens may help; the run can be resumed")
        if not has_others:
            await self._patience.rest(pause_after(self._crowded))
        self._again(lines)
