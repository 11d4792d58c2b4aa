"""Time to first byte: how long an answer takes to begin, measured by aiohttp's tracing hooks."""

import time
from types import SimpleNamespace

import aiohttp

from runners.calls.observer import CallObservers


def first_byte_traces(model: str, observers: CallObservers) -> list[aiohttp.TraceConfig]:
    """The trace configurations with which a model's session is opened; none without observers."""
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
    trace.on_request_end.append(head_came)  # the head has come, not the body
    return [trace]
