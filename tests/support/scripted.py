"""A chat model that gives the answers a test has written down, and keeps what it is asked.

    model = Scripted("first answer", TimeoutError(), "second answer")
    model = Scripted(lambda messages: f"to {messages[-1].text}")

If it is asked for more answers than that, the test fails.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

from runners.calls.http_errors import status_error

Line = str | AIMessage | Exception | asyncio.Event
"""A text, a whole message, an error to raise; an event stands for its answer `at last`, given once
it is set."""


class Asked(NamedTuple):
    """A call as it came."""

    moment: float
    """By `time.monotonic`."""
    messages: list[BaseMessage]
    stop: list[str] | None
    tier: str | None = None
    """The service tier that it asks for."""


class Scripted(BaseChatModel):
    """Says its lines one after another, or what a function makes of the messages."""

    _lines: list[Line] = PrivateAttr()
    _invent: Callable[[list[BaseMessage]], Line] | None = PrivateAttr()
    _asked: list[Asked] = PrivateAttr()
    _calls: asyncio.Semaphore = PrivateAttr()

    def __init__(self, *lines: Line | Callable[[list[BaseMessage]], Line]) -> None:
        super().__init__(cache=False)
        invent = lines[0] if len(lines) == 1 and callable(lines[0]) else None
        self._invent = invent
        self._lines = [line for line in lines if not callable(line)]
        self._asked, self._calls = [], asyncio.Semaphore(0)

    @property
    def asked(self) -> list[Asked]:
        """All calls so far."""
        return self._asked

    @property
    def prompts(self) -> list[str]:
        """The last message of each."""
        return [each.messages[-1].text for each in self._asked]

    async def is_called(self, times: int = 1) -> None:
        """Wait for so many calls more."""
        for _ in range(times):
            await self._calls.acquire()

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        line = self._next(messages, stop, kwargs.get("service_tier"))
        assert not isinstance(line, asyncio.Event)
        return _result(line)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        line = self._next(messages, stop, kwargs.get("service_tier"))
        if isinstance(line, asyncio.Event):
            await line.wait()
            line = "at last"
        return _result(line)

    def _next(self, messages: list[BaseMessage], stop: list[str] | None, tier: str | None) -> Line:
        self._asked.append(Asked(time.monotonic(), messages, stop, tier))
        self._calls.release()
        if self._invent is not None:
            return self._invent(messages)
        assert self._lines, f"nothing is written down for {messages[-1].text!r}"
        return self._lines.pop(0)


def said(text: str, finish_reason: str = "stop", **others: Any) -> AIMessage:
    """An answer as endpoints give it, of 7 tokens in and 3 out."""
    usage = {"input_tokens": 7, "output_tokens": 3, "total_tokens": 10}
    told = {"finish_reason": finish_reason, "model_name": "scripted", **others}
    return AIMessage(text, response_metadata=told, usage_metadata=usage)


def refusal(status: int, code: str = "", **headers: str) -> Exception:
    """What an HTTP status becomes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = b'{"error": {"message": "so it is", "code": "%s"}}' % code.encode()
    return status_error("http://127.0.0.1:9/v1", status, named, body)


def _result(line: str | AIMessage | Exception) -> ChatResult:
    if isinstance(line, Exception):
        raise line
    message = said(line) if isinstance(line, str) else line
    return ChatResult(generations=[ChatGeneration(message=message)])
