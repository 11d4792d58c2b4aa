"""Creates LangChain's chat model for OpenAI-compatible endpoints."""

from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from nodes.models.names import Endpoint
from nodes.models.prefixes import mark_of
from nodes.models.request import LIMIT, body_of
from nodes.models.settings import ModelSettings

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI

TIMEOUT = 120.0
"""Seconds that an attempt may take when the graph runs without coevol's engine."""


def make_chat_openai(
    settings: ModelSettings,
    endpoint: Endpoint,
    timeout: float | None = TIMEOUT,
    retries: int | None = None,
) -> "ChatOpenAI":
    """Create LangChain's chat model for an endpoint.

    `timeout` is the limit of each attempt in seconds. `retries` more attempts are made; None leaves
    that to the SDK.
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
        # A client of its own, because the one that ChatOpenAIs share would outlive its event loop.
        # It follows no redirect, which might lead anywhere, and the key would go there, too.
        http_async_client=DefaultAsyncHttpxClient(follow_redirects=False),
    )


def _headers(endpoint: Endpoint) -> dict[str, str] | None:
    """The headers that the SDK does not send by itself; None if a bearer token is all."""
    return dict(endpoint.own_headers) or None if endpoint.is_bearer else endpoint.headers


def _bearer_left_out(endpoint: Endpoint) -> dict[str, Any]:
    """Arguments of each call that keep the SDK from sending Azure's key as a bearer token, too."""
    from openai import Omit

    is_left_out = "authorization" not in map(str.lower, endpoint.headers)
    return {"extra_headers": {"Authorization": Omit()}} if is_left_out else {}
