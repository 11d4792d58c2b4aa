"""Warming: of calls that begin alike, the others wait until the first has been answered.

An endpoint has a beginning in its cache once it has read it. Sent at the same time, both debaters'
first calls would be read, and on some endpoints written and billed, in full.
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
"""Characters from which on it is worth it: OpenAI and Anthropic cache 1,024 tokens and more."""
_KNOWN = 65_536
"""Beginnings that are remembered as read; a row has one for each round and one for its request."""


def least_worth(chosen: WarmPrefix, model: str, endpoints: Iterable[str]) -> int | None:
    """Characters from which on a model's calls that begin alike wait; None if none of them does.

    By `auto` long ones do, and where reading from the cache is billed for less, and twice the whole
    price is paid for what two calls read at once: at Anthropic's and OpenAI's.
    """
    if chosen == "auto":
        pays = model.startswith("anthropic:") or all(map(is_openai, endpoints))
        return _LEAST if pays else None
    return 0 if chosen == "on" else None


class WarmingSender:
    """A sender that holds calls back while what they begin with is read for the first time."""

    def __init__(self, sender: CallSender, least: int = 0) -> None:
        """Calls whose beginning has fewer than `least` characters are never held."""
        self._sender, self._least = sender, least
        self._read: OrderedDict[bytes, None] = OrderedDict()
        self._reading: dict[bytes, asyncio.Event] = {}

    @property
    def llm_string(self) -> str:
        """The model with its settings, as the journal has it."""
        return self._sender.llm_string

    def identity(self, settings: ModelSettings) -> str:
        """What the journal calls this endpoint's model with these settings."""
        return self._sender.identity(settings)

    async def send(self, call: Call, prompt: str) -> ChatGeneration:
        """Wait for the call's turn, and send it; raises as the sender does."""
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
        """The longest beginning that others share, as a digest; None if it is not worth it."""
        for message in messages:
            if ends := message.additional_kwargs.get(BEGINNINGS):
                text = message.text[: ends[-1]]
                return _digest(text) if len(text) >= self._least else None
        return None


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()
