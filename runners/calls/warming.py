"""Warming: of calls that begin alike, the others wait until the first has been answered.

An endpoint has a beginning in its cache once it has read it. Sent at the same time, both debaters'
first calls would be read, and on some endpoints written and billed, in full.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from hashlib import sha256

from langchain_core.messages import BaseMessage

from nodes.models.prefixes import BEGINNINGS, is_openai
from runners.calls.call_options import WarmPrefix

_LEAST = 1024 * 4
"""Characters from which on it is worth it: OpenAI and Anthropic cache 1,024 tokens and more."""
_KNOWN = 65_536
"""Beginnings that are remembered as read; a row has one for each round and one for its request."""


class Warming:
    """Holds calls of one model back while what they begin with is read for the first time."""

    def __init__(self, least: int = 0) -> None:
        """Calls whose beginning has fewer than `least` characters are never held."""
        self._least = least
        self._read: OrderedDict[bytes, None] = OrderedDict()
        self._reading: dict[bytes, asyncio.Event] = {}

    @classmethod
    def of(cls, chosen: WarmPrefix, model: str, endpoints: Iterable[str]) -> "Warming | None":
        """That of a model, by what a person chose; None if its calls are not held.

        `auto` holds long beginnings alone, and where what is read from the cache is billed for
        less and what two calls read at once is billed twice: at Anthropic's and OpenAI's.
        """
        if chosen == "auto":
            pays = model.startswith("anthropic:") or all(map(is_openai, endpoints))
            return cls(_LEAST) if pays else None
        return cls() if chosen == "on" else None

    @asynccontextmanager
    async def turn(self, messages: Iterable[BaseMessage]) -> AsyncIterator[None]:
        """Wait for the call's turn; it is at an end when the call has been answered, or failed."""
        beginning = self._beginning(messages)
        while beginning is not None and beginning in self._reading:
            await self._reading[beginning].wait()
        if beginning is None or beginning in self._read:
            yield
            return
        ended = self._reading[beginning] = asyncio.Event()
        try:
            yield
            self._remember(beginning)
        finally:
            del self._reading[beginning]
            ended.set()

    def _remember(self, beginning: bytes) -> None:
        self._read[beginning] = None
        if len(self._read) > _KNOWN:
            self._read.popitem(last=False)

    def _beginning(self, messages: Iterable[BaseMessage]) -> bytes | None:
        """The longest beginning that others share, as a digest; None if it is not worth it."""
        for message in messages:
            if ends := message.additional_kwargs.get(BEGINNINGS):
                text = message.text[: ends[-1]]
                return _digest(text) if len(text) >= self._least else None
        return None


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()
