"""How simulated endpoints behave: they refuse, are full, or let calls wait behind each other."""

import asyncio
import random
import time
from collections.abc import Generator
from contextlib import contextmanager

from tests.runners.calls.simulation import Behaviour, Refused


class _Lively:
    """Answers after about as long as it takes on average."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._dice = seconds, random.Random(1)

    async def work(self) -> None:
        await asyncio.sleep(self._seconds * self._dice.uniform(0.5, 1.5))

    def hits(self, share: float) -> bool:
        return self._dice.random() < share


def scattered(share: float, status: int = 503, seconds: float = 0.05) -> Behaviour:
    """Refuses a share of the calls, such as one of several replicas that is away."""
    endpoint = _Lively(seconds)

    async def behave(_: float) -> None:
        if endpoint.hits(share):
            raise Refused(status)
        await endpoint.work()

    return behave


def limited(rate: float, seconds: float = 0.2, **headers: str) -> Behaviour:
    """Takes so many calls a second, as a bucket of tokens does."""
    endpoint, bucket = _Lively(seconds), [rate, 0.0]

    async def behave(now: float) -> None:
        bucket[:] = [min(rate, bucket[0] + (now - bucket[1]) * rate), now]
        if bucket[0] < 1:
            raise Refused(429, headers)
        bucket[0] -= 1
        await endpoint.work()

    return behave


def full(places: int, status: int, seconds: float) -> Behaviour:
    """Refuses calls beyond those that it works on."""
    endpoint, busy = _Lively(seconds), [0]

    @contextmanager
    def place() -> Generator[None]:
        busy[0] += 1
        try:
            yield
        finally:
            busy[0] -= 1

    async def behave(_: float) -> None:
        if busy[0] >= places:
            raise Refused(status)
        with place():
            await endpoint.work()

    return behave


def queueing(slots: int, seconds: float) -> Behaviour:
    """Lets calls wait for a slot, as Ollama and llama.cpp do."""
    free = asyncio.Semaphore(slots)

    async def behave(_: float) -> None:
        async with free:
            await asyncio.sleep(seconds)

    return behave


def away(since: float, until: float, seconds: float = 0.05) -> Behaviour:
    """Answers 503 for a while."""
    start, endpoint = time.monotonic(), _Lively(seconds)

    async def behave(_: float) -> None:
        if since <= time.monotonic() - start < until:
            raise Refused(503)
        await endpoint.work()

    return behave


def asking_at_once(seconds: float) -> Behaviour:
    """Refuses all calls for some seconds, and says that they may come again at once."""
    endpoint = _Lively(0.05)

    async def behave(now: float) -> None:
        if now < seconds:
            raise Refused(429, {"Retry-After": "0"})
        await endpoint.work()

    return behave
