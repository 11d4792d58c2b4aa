"""Preflight: checks, before any row is sent, that each endpoint works and knows its model."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Any

import orjson

from nodes.models.errors import one_line, plain_line
from nodes.models.names import Endpoint, each_address, endpoint_of
from nodes.models.request import LIMITS, body_of
from nodes.models.said import is_page, words_in
from nodes.models.settings import ModelSettings
from runners.calls.addresses import key_in, no_api
from runners.calls.asking import NoAnswer, ask
from runners.calls.faults import Kind, understand
from runners.calls.signs import is_bad_key
from runners.errors import UsageError

_log = logging.getLogger("coevol")
_TIMEOUT = 15.0
"""Timeout for the list of models, in seconds."""
_FEW = 64
"""Token limit of a greeting: a model that thinks can't answer within one token."""


async def check_endpoints(all_settings: Iterable[ModelSettings]) -> None:
    """Check every endpoint and model in the settings.

    Raises UsageError if an endpoint does not answer, rejects the key, or does not know the model.
    """
    await asyncio.gather(*map(_check_alike, set(all_settings)))


async def _check_alike(settings: ModelSettings) -> None:
    """Check all endpoints of a model. Some of several may be away: calls go to the others."""
    alone = each_address(settings)
    checked = await asyncio.gather(*map(_check, alone), return_exceptions=True)
    wrong = [error for error in checked if isinstance(error, BaseException)]
    away = [error for error in wrong if isinstance(error, EndpointAway)]
    for error in wrong:
        if error not in away or len(away) == len(alone):
            raise error
    for error in away:
        _log.warning("%s; calls go to the others, and it is tried again later", error)


class EndpointAway(UsageError):
    """Nothing answers at an endpoint."""


async def _check(settings: ModelSettings) -> None:
    endpoint = endpoint_of(settings)
    if endpoint is None:
        return
    status, answer = await _ask(endpoint, "GET", "/models")
    if status == 403:  # as for a key that may be used for chat only
        status, answer = await _greet(settings, endpoint)
    words = _words_in(answer)
    if status in (401, 403) and is_page(page := answer.decode(errors="replace")):
        raise UsageError(_refused_by_page(endpoint, status, page))
    if status == 403 or is_bad_key(status, words):
        raise UsageError(_refused(endpoint, status, words))
    names = _names_in(answer) if status == 200 else None
    if status == 200 and names is None:
        await _try_unknown(settings, endpoint)
    if names is not None and endpoint.name not in names:
        await _try_unlisted(endpoint, names)


def _refused(endpoint: Endpoint, status: int, words: str) -> str:
    """The message for a rejected key, with the endpoint's own words if any."""
    whose = key_in(endpoint.key_variable)
    return f"{endpoint.base_url}: refused {whose} (HTTP {status}{f': {words}' if words else ''})"


def _words_in(answer: bytes) -> str:
    """The endpoint's own words; empty if there are none."""
    try:
        return plain_line(words_in(orjson.loads(answer)))
    except orjson.JSONDecodeError:
        return ""


def _refused_by_page(endpoint: Endpoint, status: int, page: str) -> str:
    """The message for a web page, as from a gateway or from another kind of server."""
    said = f"HTTP {status} and a web page, {plain_line(words_in(page))!r}"
    return no_api(endpoint.base_url, said)


async def _greet(settings: ModelSettings, endpoint: Endpoint) -> tuple[int, bytes]:
    """Send what any chat model can answer in a few tokens."""
    limit = {name: _FEW for name in LIMITS if name in body_of(settings)}
    body = {"model": endpoint.name, "messages": [{"role": "user", "content": "Hi"}], **limit}
    return await _ask(endpoint, "POST", "/chat/completions", body)


def _names_in(answer: bytes) -> list[str] | None:
    """The listed models; None if there is no list, as with some proxies."""
    try:
        listed: list[dict[str, Any]] = orjson.loads(answer)["data"]
        return [str(model["id"]) for model in listed]
    except (ValueError, LookupError, TypeError):  # not a list of models in OpenAI's form
        return None


async def _try_unknown(settings: ModelSettings, endpoint: Endpoint) -> None:
    """Greet an address that may not be an API: some web servers answer any path."""
    from runners.calls.completions import NoCompletion, read_completion

    status, answer = await _greet(settings, endpoint)
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
    """Greet a model that is not listed: some servers accept any name."""
    import openai  # takes half a second; most endpoints list their models

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
                max_completion_tokens=_FEW,
            )
        except (openai.NotFoundError, openai.BadRequestError) as error:
            is_named = endpoint.name in one_line(error)
            if not is_named and understand(error, answered_before=False).kind is not Kind.RUN:
                return  # only the greeting was rejected
            listed = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
            raise UsageError(
                f"model {endpoint.name!r}: {endpoint.base_url} says {one_line(error)}; "
                f"it lists: {listed or 'none'}"
            ) from None
        except openai.APIError:  # busy or in trouble: the run will wait and report it
            return
