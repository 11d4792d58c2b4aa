"""Warming: of calls with the same beginning, all but the first wait until it is answered.

An endpoint caches a beginning once it has read it. If both debaters' first calls were sent at the
same time, it would read (and at some endpoints write and bill) the beginning twice.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from hashlib import sha256

from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGeneration

from nodes.models.prefixes import BEGINNINGS, is_openai
from nodes.models.settings import ModelSettings
from runners.calls.call import Call
from runners.calls.call_options import WarmPrefix
from runners.calls.sender import CallSender

_LEAST = 1024 * 4
"""Fewest characters worth waiting for: OpenAI and Anthropic cache from 1,024 tokens on."""
_KNOWN = 65_536
"""How many read beginnings are remembered; a row has one per round and one for its request."""


def least_worth(chosen: WarmPrefix, model: str, endpoints: Iterable[str]) -> int | None:
    """The fewest characters for which calls with the same beginning wait; None if none do.

    With `auto`, calls wait if the beginning is long and the endpoint bills cached tokens at a lower
    price, so that two simultaneous calls would pay the full price twice: Anthropic's and OpenAI's.
    """
    if chosen == "auto":
        pays = model.startswith("anthropic:") or all(map(is_openai, endpoints))
        return _LEAST if pays else None
    return 0 if chosen == "on" else None


class WarmingSender:
    """A sender that holds calls back while their beginning is being read for the first time."""

    def __init__(self, sender: CallSender, least: int = 0) -> None:
        """Calls whose beginning has fewer than `least` characters are never held back."""
        self._sender, self._least = sender, least
        self._read: OrderedDict[bytes, None] = OrderedDict()
        self._reading: dict[bytes, asyncio.Event] = {}

    @property
    def llm_string(self) -> str:
        """The model with its settings, as the journal identifies it."""
        return self._sender.llm_string

    def identity(self, settings: ModelSettings) -> str:
        """The journal's name for this endpoint's model with these settings."""
        return self._sender.identity(settings)

    async def send(self, call: Call, prompt: str) -> ChatGeneration:
        """Wait for the call's turn, then send it. Raises as the sender does."""
        beginning = self._beginning(call.messages)
        while beginning is not None and beginning in self._reading:
            await self._reading[beginning].wait()
        if beginning is None or beginning in self._read:
            return await self._sender.send(call, prompt)
        ended = self._reading[beginning] = asyncio.Event()
        try:
            answer = await self._sender.send(call, prompt)
            self._remember(beginning)
            return answer
        finally:
            del self._reading[beginning]
            ended.set()

    def _remember(self, beginning: bytes) -> None:
        self._read[beginning] = None
        if len(self._read) > _KNOWN:
            self._read.popitem(last=False)

    def _beginning(self, messages: Iterable[BaseMessage]) -> bytes | None:
        """A digest of the longest shared beginning; None if it is too short."""
        for message in messages:
            if ends := message.additional_kwargs.get(BEGINNINGS):
                text = message.text[: ends[-1]]
                return _digest(text) if len(text) >= self._least else None
        return None


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()
