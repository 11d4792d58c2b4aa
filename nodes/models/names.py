"""Names: which model a string means, and where it is called."""

import os
from typing import NamedTuple, cast, get_args

from nodes.models.settings import ModelSettings, Provider


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
    return Endpoint(name, _base_url(known, settings), key)


def base_url_of(settings: ModelSettings) -> str | None:
    """The base URL at which the model is called, whether or not there is a key for it.

    None for models that are not OpenAI-compatible. Raises ModelError if the model's string is
    wrong.
    """
    known = _ENDPOINTS.get(split_model(settings.model)[0])
    return None if known is None else _base_url(known, settings)


def _base_url(known: _Known, settings: ModelSettings) -> str:
    base_url = settings.base_url or os.environ.get(known.url_variable) or known.base_url
    return base_url.rstrip("/")


def endpoint_name(settings: ModelSettings) -> str:
    """What tells endpoints apart: a base URL, or the model's string where there is none.

    Raises ModelError as `endpoint_of` does.
    """
    endpoint = endpoint_of(settings)
    return settings.model if endpoint is None else endpoint.base_url
