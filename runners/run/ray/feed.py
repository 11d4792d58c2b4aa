"""The feed: hands out tasks in chunks to the actors' reader, until their records are kept.

A chunk is identified by its slot, the number under which it was requested. Ray reads a slot again
if the process that read it is gone, so a chunk is kept until its records have arrived.
"""

import asyncio
from collections import deque
from collections.abc import Collection, Iterable, Mapping, MutableMapping
from itertools import islice
from typing import NamedTuple

from runners.calls.run_admission import RunAdmission
from runners.data.formats import Task
from runners.errors import RunError
from runners.run.ray.pickled import pickled


class Chunk(NamedTuple):
    """Tasks sent to an actor together."""

    tasks: tuple[Task, ...] = ()
    positions: Mapping[str, int] = {}
    """Positions in the dataset of the rows to trace, by id."""


class Feed:
    """All tasks of a run, a bounded number of them handed out at once."""

    def __init__(
        self,
        tasks: Iterable[Task],
        positions: MutableMapping[str, int],
        size: int,
        most: int,
        admission: RunAdmission,
    ) -> None:
        """Hand out chunks of `size` tasks, up to `most` at once, until admission is stopped.

        It is stopped if a task can't be read. The `positions` of traced rows are sent along and
        removed.
        """
        self._tasks, self._positions = iter(tasks), positions
        self._size, self._most, self._admission = size, most, admission
        self._out: dict[int, bytes] = {}
        self._again: deque[bytes] = deque()
        self._next = 0
        self._is_ended = False
        self._changed = asyncio.Condition()

    @property
    def is_done(self) -> bool:
        """Whether nothing is left, handed out or not."""
        return self._is_ended and not self._out and not self._again

    @property
    def out(self) -> Collection[int]:
        """The slots that are handed out and not done."""
        return self._out.keys()

    def begin(self) -> None:
        """Start again from slot 0: pending chunks were lost, and will be handed out again."""
        self._again.extend(self._out.values())
        self._out, self._next = {}, 0

    async def take(self, slot: int) -> bytes | None:
        """The chunk of a slot, pickled; None if none is left, once all others are done.

        A slot that is done already yields an empty chunk.
        """
        async with self._changed:
            while slot not in self._out and slot >= self._next:
                if len(self._out) < self._most and (chunk := self._read()) is not None:
                    self._out[slot], self._next = chunk, slot + 1
                elif not self._out:
                    return None
                else:
                    await self._changed.wait()
            return self._out.get(slot) or pickled(Chunk())

    async def done(self, slot: int) -> None:
        """A slot's records are kept: its chunk need not be handed out again."""
        async with self._changed:
            self._out.pop(slot, None)
            self._changed.notify_all()

    async def again(self, slots: Iterable[int]) -> None:
        """Hand out the chunks of lost slots again, under other slots."""
        async with self._changed:
            self._again.extend(self._out.pop(slot) for slot in slots if slot in self._out)
            self._changed.notify_all()

    def _read(self) -> bytes | None:
        if self._admission.stopped is not None:
            return None
        if self._again:
            return self._again.popleft()
        try:
            tasks = tuple(islice(self._tasks, self._size))
        except RunError as reason:  # the next row could not be read
            self._admission.close(reason)
            return None
        self._is_ended = not tasks
        known = self._positions.keys() & {task.id for task in tasks}
        places = {id_: self._positions.pop(id_) for id_ in known}
        return pickled(Chunk(tasks, places)) if tasks else None
