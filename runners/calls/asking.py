"""Plain HTTP requests to an endpoint, outside a run's calls."""

import asyncio
from typing import Any

from nodes.models.names import Endpoint
from runners.calls.addresses import no_api, redirected
from runners.errors import UsageError

_PROXY_LOGIN = 407


class NoAnswer(Exception):
    """No answer came; the message says why."""


async def ask(
    endpoint: Endpoint,
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    *,
    patience: float,
) -> tuple[int, bytes]:
    """Status and body of the endpoint's answer. `patience` is the timeout in seconds.

    Raises NoAnswer, and UsageError for a redirect, and for a key that can't be put into a header.
    """
    import aiohttp  # takes 0.1 s, which only endpoints need

    from runners.calls.bodies import read_body
    from runners.calls.http_session import open_session

    if any(map(_is_control, endpoint.api_key)):
        hint = "was a line end copied along with it?"
        raise UsageError(f"{endpoint.base_url}: the key has a control character in it; {hint}")
    try:
        async with (
            asyncio.timeout(patience),
            open_session(1, endpoint.base_url) as session,
            session.request(
                method,
                f"{endpoint.base_url}{path}",
                headers=endpoint.headers,
                params=endpoint.query,
                json=body,
                allow_redirects=False,  # the key would go there, too
            ) as answer,
        ):
            if 300 <= answer.status < 400:
                raise UsageError(no_api(endpoint.base_url, redirected(answer.headers)))
            if answer.status == _PROXY_LOGIN:
                raise NoAnswer(f"{_way(endpoint)}it asks for a user name and a password (HTTP 407)")
            return answer.status, await read_body(answer)
    except (aiohttp.ClientError, TimeoutError) as error:
        cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
        said = " ".join(str(cause).split()) or f"none in {patience:.0f} s"
        raise NoAnswer(f"{_way(endpoint)}{said}") from None


def _way(endpoint: Endpoint) -> str:
    """Which proxy leads to an endpoint, as the beginning of a message."""
    from runners.calls.http_session import proxy_for, shown_proxy

    proxy = proxy_for(endpoint.base_url)
    return f"through the proxy {shown_proxy(proxy)}: " if proxy else ""


def _is_control(character: str) -> bool:
    return character < " " or character == "\x7f"
