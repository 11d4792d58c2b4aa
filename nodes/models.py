"""Chat models: a model string and settings become a LangChain chat model."""

import asyncio
import os
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, cast, get_args
from weakref import WeakKeyDictionary

from langchain_core.language_models import BaseChatModel
from pydantic import SecretStr

from nodes.settings import ModelSettings, Provider

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI

TIMEOUT = 120.0
"""Seconds that a call may take when the graph runs without an engine."""


class ModelError(ValueError):
    """A model that can't be made; the message says which and what to do."""


class Endpoint(NamedTuple):
    """Where an OpenAI-compatible model is called."""

    name: str
    """The model's name as the endpoint knows it."""
    base_url: str
    api_key: str


class _Known(NamedTuple):
    """What is usual for a provider with an OpenAI-compatible endpoint."""

    base_url: str
    url_variable: str
    key_variable: str
    default_key: str | None


_ENDPOINTS = {
    "openai": _Known("https://api.openai.com/v1", "OPENAI_BASE_URL", "OPENAI_API_KEY", None),
    "vllm": _Known("http://localhost:8000/v1", "VLLM_BASE_URL", "VLLM_API_KEY", "EMPTY"),
    "ollama": _Known("http://localhost:11434/v1", "OLLAMA_BASE_URL", "OLLAMA_API_KEY", "ollama"),
}


def split_model(model: str) -> tuple[Provider, str]:
    """Split `PROVIDER:NAME`; `rehearsal` stands alone. Raises ModelError."""
    if model == "rehearsal":
        return "rehearsal", "rehearsal"
    provider, _, name = model.partition(":")
    known = [each for each in get_args(Provider) if each != "rehearsal"]
    if provider in known and name:
        return cast("Provider", provider), name
    listed = ", ".join(f"{each}:NAME" for each in known)
    raise ModelError(f"model {model!r}: unknown; give one of {listed}, or rehearsal")


def endpoint_of(settings: ModelSettings) -> Endpoint | None:
    """Where the model is called; None for models that are not OpenAI-compatible.

    Raises ModelError if the model's string is wrong or its key is missing.
    """
    provider, name = split_model(settings.model)
    known = _ENDPOINTS.get(provider)
    if known is None:
        return None
    key = os.environ.get(known.key_variable) or known.default_key
    if key is None:
        hint = "for a server that asks for no key, use vllm:NAME and its base URL"
        raise ModelError(f"model {settings.model!r}: {known.key_variable} is not set; {hint}")
    base_url = settings.base_url or os.environ.get(known.url_variable) or known.base_url
    return Endpoint(name, base_url.rstrip("/"), key)


def endpoint_name(settings: ModelSettings) -> str:
    """What tells endpoints apart: a base URL, or the model's string where there is none.

    Raises ModelError as `endpoint_of` does.
    """
    endpoint = endpoint_of(settings)
    return settings.model if endpoint is None else endpoint.base_url


def make_model(settings: ModelSettings) -> BaseChatModel:
    """Make the chat model that the settings describe.

    Raises ModelError if the model's string is wrong, its key or its package is missing.
    """
    endpoint = endpoint_of(settings)
    if endpoint is not None:
        return make_chat_openai(settings, endpoint)
    provider, name = split_model(settings.model)
    if provider == "rehearsal":
        from nodes.rehearsal import RehearsalModel

        return RehearsalModel()
    return _make_community(provider, name, settings)


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
    from langchain_openai import ChatOpenAI
    from openai import DefaultAsyncHttpxClient

    return ChatOpenAI(
        model=endpoint.name,
        base_url=endpoint.base_url,
        api_key=SecretStr(endpoint.api_key),
        temperature=settings.temperature,
        top_p=settings.top_p,
        max_tokens=settings.max_tokens,  # pyright: ignore[reportCallIssue] # an alias
        stream_usage=True,
        timeout=timeout,
        max_retries=retries,
        # A client of its own: the one that ChatOpenAI shares would outlive its event loop.
        http_async_client=DefaultAsyncHttpxClient(),
    )


def _make_community(provider: Provider, name: str, settings: ModelSettings) -> BaseChatModel:
    """Make a GLM or ERNIE model, which the authors' code supports, from langchain-community."""
    class_name = {"glm": "ChatZhipuAI", "ernie": "QianfanChatEndpoint"}[provider]
    shared = {"temperature": settings.temperature, "top_p": settings.top_p}
    own = {
        "glm": {"model": name, "max_tokens": settings.max_tokens},
        "ernie": {"model": name, "model_kwargs": {"max_output_tokens": settings.max_tokens}},
    }[provider]
    try:
        make: Callable[..., BaseChatModel] = getattr(
            import_module("langchain_community.chat_models"), class_name
        )
        return make(**shared, **own)
    except (ImportError, ValueError) as error:  # a missing package, a missing key
        reason = " ".join(str(error).split())
        raise ModelError(f"model {settings.model!r}: {reason}") from None


_shared: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[ModelSettings, BaseChatModel]]
_shared = WeakKeyDictionary()
_without_loop: dict[ModelSettings, BaseChatModel] = {}


def chat_model(settings: ModelSettings) -> BaseChatModel:
    """Return the one chat model for these settings, so that all calls share a client.

    An event loop has clients of its own: their connections can't outlive it.
    """
    try:
        models = _shared.setdefault(asyncio.get_running_loop(), {})
    except RuntimeError:
        models = _without_loop
    if settings not in models:
        models[settings] = make_model(settings)
    return models[settings]
