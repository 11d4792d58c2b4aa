"""The line of calls that wait for a place at one of several equivalent endpoints."""

import asyncio
from collections import deque
from collections.abc import Collection, Sequence
from itertools import count
from typing import NamedTuple, Protocol

from runners.errors import RunError

_numbers = count()
"""Numbers calls in the order in which they asked, across all lines."""


class Place(NamedTuple):
    """A waiting call; its future receives the name of the endpoint that has room."""

    number: int
    future: asyncio.Future[str]
    tokens: int
    avoids: Collection[str]
    """Endpoints where it has just failed."""


class Door(Protocol):
    """The interface of an endpoint's gate that a line needs."""

    name: str

    @property
    def eagerness(self) -> tuple[float, ...]:
        """Sort key: the gate with the lowest value gets a call first."""
        ...

    @property
    def is_open(self) -> bool:
        """Whether it admits calls as soon as there is room."""
        ...

    def let_through(self) -> None:
        """Admit calls from its lines while there is room."""
        ...

    def leave(self) -> None:
        """Give a place back."""
        ...


class Line:
    """Waiting calls in the order of asking. The first gate with room takes the first call."""

    def __init__(self, doors: Sequence[Door]) -> None:
        self._doors = doors
        self._waiting: deque[Place] = deque()
        self._closed: RunError | None = None

    async def enter(self, tokens: int = 0, avoids: Collection[str] = ()) -> str:
        """Wait for a place; return the name of the gate that gave it.

        A gate in `avoids` is used only while no other one is open. Raises the RunError that closed
        one of the gates. Each `enter` needs a `leave` of that gate.
        """
        if self._closed is not None:
            raise self._closed
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append(Place(next(_numbers), future, tokens, avoids))
        self.offer()
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled() and future.exception() is None:
                next(each for each in self._doors if each.name == future.result()).leave()
            raise

    def offer(self) -> None:
        """Let the gates take calls while they have room, in the order of their eagerness."""
        if len(self._doors) == 1:
            self._doors[0].let_through()
            return
        for door in sorted(self._doors, key=lambda each: each.eagerness):
            door.let_through()

    def first(self, door: Door) -> Place | None:
        """The first call that a gate may take; None if there is none."""
        while self._waiting and self._waiting[0].future.done():
            self._waiting.popleft()
        for place in self._waiting:
            if self._is_for(door, place):
                return place
        return None

    def take(self, place: Place) -> None:
        """Remove a call from the line."""
        self._waiting.remove(place)

    def close(self, reason: RunError) -> None:
        """Admit nobody any more: waiting and later calls get the reason."""
        self._closed = self._closed or reason
        while self._waiting:
            future = self._waiting.popleft().future
            if not future.done():
                future.set_exception(self._closed)

    def _is_for(self, door: Door, place: Place) -> bool:
        if place.future.done():
            return False
        return door.name not in place.avoids or not any(
            other.is_open for other in self._doors if other.name not in place.avoids
        )
