"""Gathering: calls that wait, until there are enough for a batch, or no more have come for a while.

What the provider may hold at once, in tokens of prompts, is kept to: a batch waits for its room.
"""

import asyncio
import time
from collections import deque
from contextlib import suppress
from typing import NamedTuple

from runners.batches.options import BatchOptions
from runners.batches.protocol import BatchLine
from runners.storage.batch_table import Line


class Asked(NamedTuple):
    """A call that is to be answered in a batch."""

    key: bytes
    """The journal's."""
    known: Line
    """What run.db has of it while it is out."""
    line: BatchLine
    tokens: int
    """What its prompt is expected to have."""
    size: int
    """Bytes that it takes in a batch, or a little more."""


class Gathering:
    """The calls that wait for a batch."""

    def __init__(self, options: BatchOptions, most_lines: int, most_bytes: int) -> None:
        self._size, self._delay = min(options.size, most_lines), options.delay
        self._most_bytes = most_bytes
        self._most_tokens = float("inf") if options.tokens is None else float(options.tokens)
        self._quota = self._most_tokens
        """Tokens that may be out at once, as far as is known."""
        self._waiting: deque[Asked] = deque()
        self._last_in = 0.0
        self._out = 0
        """Tokens in the batches that are out."""
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, asked: Asked) -> None:
        """Take in a call."""
        self._waiting.append(asked)
        self._last_in = time.monotonic()
        self._changed.set()

    def occupy(self, tokens: int) -> None:
        """Count a batch that is out."""
        self._out += tokens

    def release(self, tokens: int, *, had_room: bool = False) -> None:
        """Count a batch that is out no more; for one that had room, there may be room for more."""
        self._out -= tokens
        if had_room:
            self._quota = min(self._most_tokens, self._quota + tokens / 2)
        self._changed.set()

    def lower_quota(self, tokens: int) -> bool:
        """Hear that there was no room for so many tokens; return whether others are out there.

        Then calls wait until these are back, else there are to be fewer in a batch.
        """
        self._quota = min(self._quota, float(max(self._out, tokens // 2)))
        return self._out > 0

    async def group(self) -> list[Asked]:
        """Wait until a batch is due and has room; return its calls, which are out from now on."""
        while not (self._is_due() and self._has_room()):
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._until_due()):
                    await self._changed.wait()
        group = [self._take()]
        room = self._most_bytes - group[0].size
        while len(group) < self._size and self._has_room() and self._waiting[0].size <= room:
            group.append(self._take())
            room -= group[-1].size
        return group

    def _take(self) -> Asked:
        asked = self._waiting.popleft()
        self.occupy(asked.tokens)
        return asked

    def _is_due(self) -> bool:
        return len(self._waiting) >= self._size or self._until_due() == 0

    def _until_due(self) -> float | None:
        """Seconds until fewer calls make a batch; None while none waits, or it waits for room."""
        if not self._waiting:
            return None
        left = max(0.0, self._last_in + self._delay - time.monotonic())
        return left or (0.0 if self._has_room() else None)

    def _has_room(self) -> bool:
        """Whether the next call may go; one that is above the quota goes alone."""
        if not self._waiting:
            return False
        return not self._out or self._out + self._waiting[0].tokens <= self._quota
