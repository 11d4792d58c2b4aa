"""Addresses: checks base URLs, and guesses what is wrong with one that is not an API's."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from nodes.models.gguf import check_file
from nodes.models.integrations import check_integration, is_integration
from nodes.models.names import base_url_of, each_address, split_model
from nodes.models.providers import ENDPOINTS, GGUF, INTEGRATIONS, key_variable_of
from nodes.models.settings import ModelSettings
from runners.errors import UsageError

_VERSION = re.compile(r"/v\d+\w*(/|$)")


def check_addresses(all_settings: Iterable[ModelSettings]) -> None:
    """Check that each base URL is valid and has no user name or password, because it is stored.

    For models inside the process the file is checked, for others from LangChain the package. Raises
    UsageError, and ModelError if a model can't be made.
    """
    for settings in (each for alike in all_settings for each in each_address(alike)):
        provider = split_model(settings.model)[0]
        base_url = base_url_of(settings)
        if base_url is not None:
            _check(base_url, provider)
        if provider == GGUF:
            check_file(settings)
        if is_integration(settings):
            check_integration(settings)


def trimmed(settings: ModelSettings) -> Iterator[str]:
    """Yield the variables whose secret had surrounding white space, which is stripped."""
    provider = split_model(settings.model)[0]
    known = ENDPOINTS.get(provider) or INTEGRATIONS.get(provider)
    for variable in () if known is None else known.secrets:
        text = os.environ.get(variable, "")
        if text.strip() != text:
            yield variable


def takes_headers(settings: ModelSettings) -> bool:
    """Whether `--header` applies to the model: its calls go over HTTP through a suitable client."""
    provider = split_model(settings.model)[0]
    return provider in ENDPOINTS or provider in INTEGRATIONS


def _check(base_url: str, provider: str) -> None:
    if "@" in base_url.partition("://")[2].partition("/")[0]:
        hint = f"give the key as {key_variable_of(provider)}"
        if provider in ENDPOINTS:
            hint += f", and user:password as {ENDPOINTS[provider].basic_variable}"
        raise UsageError(f"--base-url: must not have a user name or password in it; {hint}")
    if not _is_address(base_url):
        hint = "--base-url takes one such as http://localhost:8000/v1"
        raise UsageError(f"{base_url}: not an HTTP address; {hint}")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna")
        return parts.scheme in ("http", "https") and host != b"" and parts.port != 0
    except ValueError:  # brackets without an IPv6 address, a port that is no number, an empty label
        return False


def key_in(variable: str) -> str:
    """How to name the key that an endpoint rejected, by its variable, which may not be set."""
    return f"the key in {variable}" if os.environ.get(variable) else f"calls without {variable}"


def refused_key(model: str) -> str | None:
    """The same for a model; None if its client finds a key in its own way."""
    provider = split_model(model)[0]
    has_key = provider in ENDPOINTS or (provider in INTEGRATIONS and INTEGRATIONS[provider].keys)
    return key_in(key_variable_of(provider)) if has_key else None


def no_api(base_url: str, said: str) -> str:
    """The message for an address that returned no chat completion, with one that might be right."""
    return f"{base_url}: {said}; {right_address(base_url)}"


def right_address(base_url: str) -> str:
    """What `--base-url` takes, and which address might be meant."""
    hint = "" if has_version(base_url) else f", perhaps {base_url}/v1"
    return f"--base-url takes the address of an OpenAI-compatible API{hint}"


def redirected(headers: Mapping[str, str]) -> str:
    """Where an answer redirects to: the base URL there, as far as it can be told."""
    lower = {name.lower(): value for name, value in headers.items()}
    place = lower.get("location", "")
    if place.startswith("http"):
        parts = urlsplit(place)  # without a query, which may have a token in it
        path = parts.path.removesuffix("/models").removesuffix("/chat/completions")
        place = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{path}"
    return f"a redirect to {place or 'nowhere'}"


def has_version(base_url: str) -> bool:
    """Whether an address contains an API version, as most do."""
    return _VERSION.search(urlsplit(base_url).path) is not None
