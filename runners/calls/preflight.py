"""Preflight: is there an endpoint that knows the model? Asked before any row is sent."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Any

import orjson

from nodes.models.errors import one_line
from nodes.models.names import Endpoint, each_address, endpoint_of
from nodes.models.settings import ModelSettings
from runners.calls.addresses import no_api
from runners.calls.asking import NoAnswer, ask
from runners.errors import UsageError

_log = logging.getLogger("coevol")
_TIMEOUT = 15.0
"""Seconds for the list of models."""


async def check_endpoints(all_settings: Iterable[ModelSettings]) -> None:
    """Check every endpoint and model that the settings name.

    Raises UsageError if an endpoint does not answer, refuses the key, or does not know the model.
    """
    await asyncio.gather(*map(_check_alike, set(all_settings)))


async def _check_alike(settings: ModelSettings) -> None:
    """Check all endpoints of a model. Of several, some may be away: calls go to the others."""
    found = dict.fromkeys(map(endpoint_of, each_address(settings)))
    endpoints = [endpoint for endpoint in found if endpoint is not None]
    checked = await asyncio.gather(*map(_check, endpoints), return_exceptions=True)
    wrong = [error for error in checked if isinstance(error, BaseException)]
    away = [error for error in wrong if isinstance(error, EndpointAway)]
    for error in wrong:
        if error not in away or len(away) == len(endpoints):
            raise error
    for error in away:
        _log.warning("%s; calls go to the others, and it is tried again later", error)


class EndpointAway(UsageError):
    """Nobody answers at an endpoint."""


async def _check(endpoint: Endpoint) -> None:
    status, answer = await _ask(endpoint, "GET", "/models")
    if status in (401, 403):
        raise UsageError(f"{endpoint.base_url}: refused the key (HTTP {status})")
    names = _names_in(answer) if status == 200 else None
    if status == 200 and names is None:
        await _try_unknown(endpoint)
    if names is not None and endpoint.name not in names:
        await _try_unlisted(endpoint, names)


def _names_in(answer: bytes) -> list[str] | None:
    """The models that are listed; None if none are, as by some proxies."""
    try:
        listed: list[dict[str, Any]] = orjson.loads(answer)["data"]
        return [str(model["id"]) for model in listed]
    except (ValueError, LookupError, TypeError):  # no list of models in OpenAI's form
        return None


async def _try_unknown(endpoint: Endpoint) -> None:
    """Send one token's worth to what may be no API: a page for people answers anything."""
    from runners.calls.completions import NoCompletion, read_completion

    greeting = [{"role": "user", "content": "Hi"}]
    body = {"model": endpoint.name, "messages": greeting, "max_completion_tokens": 1}
    status, answer = await _ask(endpoint, "POST", "/chat/completions", body)
    try:
        if status == 200:
            read_completion(answer)
    except NoCompletion as error:
        if error.error is None:
            raise UsageError(no_api(endpoint.base_url, str(error))) from None


async def _ask(
    endpoint: Endpoint, method: str, path: str, body: dict[str, Any] | None = None
) -> tuple[int, bytes]:
    try:
        return await ask(endpoint, method, path, body, patience=_TIMEOUT)
    except NoAnswer as reason:
        hint = "is the server running, and is --base-url right?"
        raise EndpointAway(f"{endpoint.base_url}: no answer ({reason}); {hint}") from None


async def _try_unlisted(endpoint: Endpoint, names: list[str]) -> None:
    """Send one token's worth to a model that is not listed: some servers take any name."""
    import openai  # it takes half a second, and most endpoints list their models

    async with openai.AsyncOpenAI(
        base_url=endpoint.base_url,
        api_key=endpoint.api_key,
        default_headers=endpoint.headers,
        default_query=endpoint.query,
        max_retries=0,
        timeout=60,
    ) as client:
        try:
            await client.chat.completions.create(
                model=endpoint.name,
                messages=[{"role": "user", "content": "Hi"}],
                max_completion_tokens=1,
            )
        except (openai.NotFoundError, openai.BadRequestError) as error:
            listed = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
            raise UsageError(
                f"model {endpoint.name!r}: {endpoint.base_url} says {one_line(error)}; "
                f"it lists: {listed or 'none'}"
            ) from None
        except openai.APIError:  # busy or in trouble: the run itself will wait and tell
            return
