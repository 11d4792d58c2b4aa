"""Plain HTTP requests to an endpoint, outside a run's calls."""

import asyncio
from typing import Any

from nodes.models.names import Endpoint
from runners.calls.addresses import no_api, redirected
from runners.errors import UsageError


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
            return answer.status, await read_body(answer)
    except (aiohttp.ClientError, TimeoutError) as error:
        cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
        raise NoAnswer(" ".join(str(cause).split()) or f"none in {patience:.0f} s") from None


def _is_control(character: str) -> bool:
    return character < " " or character == "\x7f"
