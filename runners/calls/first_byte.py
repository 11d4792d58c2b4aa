"""The first byte of an answer: how long it takes to come, as aiohttp's own tracing sees it."""

import time
from types import SimpleNamespace

import aiohttp

from runners.calls.observer import CallObservers


def first_byte_traces(model: str, observers: CallObservers) -> list[aiohttp.TraceConfig]:
    """What a session of this model's is opened with, so that observers hear; nothing for none."""
    if not observers:
        return []
    trace = aiohttp.TraceConfig()

    async def begin(_: object, context: SimpleNamespace, __: object) -> None:
        context.begun = time.monotonic()

    async def head_came(
        _: object, context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
    ) -> None:
        if params.response.ok:
            for each in observers:
                each.first_byte(model, time.monotonic() - context.begun)

    trace.on_request_start.append(begin)
    trace.on_request_end.append(head_came)  # once the head of the answer is read, not its body
    return [trace]
