"""LangChain's own chat model for OpenAI-compatible endpoints."""

from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from nodes.models.names import Endpoint
from nodes.models.prefixes import mark_of
from nodes.models.request import LIMIT, body_of
from nodes.models.settings import ModelSettings

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI

TIMEOUT = 120.0
"""Seconds that a call may take when the graph runs without an engine."""


def make_chat_openai(
    settings: ModelSettings,
    endpoint: Endpoint,
    timeout: float | None = TIMEOUT,
    retries: int | None = None,
) -> "ChatOpenAI":
    """Make LangChain's own chat model for an endpoint.

    Each attempt at a call may take `timeout` seconds; `retries` more are made, None for as many as
    the SDK makes by itself.
    """
    from openai import DefaultAsyncHttpxClient

    from nodes.models.chat_openai import EndpointChatOpenAI

    body = body_of(settings)
    named = {name: body.pop(name, None) for name in ("temperature", "top_p", LIMIT)}
    return EndpointChatOpenAI(
        model=endpoint.name,
        base_url=endpoint.base_url,
        api_key=SecretStr(endpoint.api_key),
        default_headers=_headers(endpoint),
        default_query=endpoint.query or None,
        model_kwargs=_bearer_left_out(endpoint),
        temperature=named["temperature"],
        top_p=named["top_p"],
        max_tokens=named[LIMIT],  # pyright: ignore[reportCallIssue] # an alias
        extra_body=body or None,
        stream_usage=True,
        mark=mark_of(endpoint),
        timeout=timeout,
        max_retries=retries,
        # A client of its own: the one that ChatOpenAI shares would outlive its event loop.
        http_async_client=DefaultAsyncHttpxClient(),
    )


def _headers(endpoint: Endpoint) -> dict[str, str] | None:
    """What the SDK does not send by itself: all but its own way to show the key."""
    return dict(endpoint.own_headers) or None if endpoint.is_bearer else endpoint.headers


def _bearer_left_out(endpoint: Endpoint) -> dict[str, Any]:
    """What each call says so that Azure's own header alone has the key."""
    from openai import Omit

    is_left_out = "authorization" not in map(str.lower, endpoint.headers)
    return {"extra_headers": {"Authorization": Omit()}} if is_left_out else {}
