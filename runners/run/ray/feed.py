"""The feed: tasks in chunks, handed out to whoever reads for the actors, and taken back when done.

A chunk is known by its slot, the number under which it was asked for. Ray reads a slot again when
the process that had read it is gone, so a chunk is kept until its records are there.
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
    """Tasks that go to an actor together."""

    tasks: tuple[Task, ...] = ()
    positions: Mapping[str, int] = {}
    """Where in the dataset traced rows stand, by their ids."""


class Feed:
    """All tasks of a run, a bounded number of them out at once."""

    def __init__(
        self,
        tasks: Iterable[Task],
        positions: MutableMapping[str, int],
        size: int,
        most: int,
        admission: RunAdmission,
    ) -> None:
        """Hand out chunks of `size` tasks, `most` chunks at once, while admission is not stopped.

        It is if a task can't be read. `positions` of traced rows go along, and are forgotten.
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
        """Whether there is nothing left, handed out or not."""
        return self._is_ended and not self._out and not self._again

    @property
    def out(self) -> Collection[int]:
        """The slots that are handed out, and not done."""
        return self._out.keys()

    def begin(self) -> None:
        """Start again from slot 0: chunks that are out were lost, and will be handed out again."""
        self._again.extend(self._out.values())
        self._out, self._next = {}, 0

    async def take(self, slot: int) -> bytes | None:
        """The chunk of a slot, pickled; None, when all others are done, if there is none left.

        A slot that is done has no tasks any more.
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
        """Hear that a slot's records are kept: its chunk need not be handed out again."""
        async with self._changed:
            self._out.pop(slot, None)
            self._changed.notify_all()

    async def again(self, slots: Iterable[int]) -> None:
        """Have the chunks of lost slots handed out again, under other slots."""
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
