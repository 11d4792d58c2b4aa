"""Names: what a model string means, and where the model is called."""

import os
from base64 import b64encode
from difflib import get_close_matches
from typing import NamedTuple

from nodes.models.headers import resolved_headers
from nodes.models.problems import ModelError
from nodes.models.providers import (
    AZURE,
    AZURE_VERSION,
    ENDPOINTS,
    GGUF,
    INTEGRATIONS,
    OWN,
    PROVIDERS,
    REHEARSAL,
    Provider,
)
from nodes.models.settings import ModelSettings


class Endpoint(NamedTuple):
    """Where and how an OpenAI-compatible model is called."""

    name: str
    """The model's name at the endpoint."""
    base_url: str
    api_key: str
    key_variable: str = "OPENAI_API_KEY"
    """The environment variable that holds the key."""
    is_azure: bool = False
    """Whether it is Azure's, which sends the key in a header of its own."""
    api_version: str | None = None
    """Azure's `api-version`, if one is given."""
    basic_auth: str | None = None
    """`user:password` for a proxy that wants Basic authentication, in place of the key."""
    own_headers: tuple[tuple[str, str], ...] = ()
    """Headers that the user added."""

    @property
    def headers(self) -> dict[str, str]:
        """The headers for authentication, and the user's, which take precedence."""
        told = {} if self.basic_auth is None else {"Authorization": basic(self.basic_auth)}
        if self.is_azure:
            told["api-key"] = self.api_key
        told = told or {"Authorization": f"Bearer {self.api_key}"}
        given = {name.lower() for name, _ in self.own_headers}
        kept = {name: value for name, value in told.items() if name.lower() not in given}
        return kept | dict(self.own_headers)

    @property
    def is_bearer(self) -> bool:
        """Whether the key alone is sent, as a bearer token."""
        return not self.is_azure and self.basic_auth is None

    @property
    def query(self) -> dict[str, str]:
        """The query parameters of each request."""
        return {"api-version": self.api_version} if self.api_version else {}


def basic(user_and_password: str) -> str:
    """The value of the `Authorization` header for `user:password`."""
    return f"Basic {b64encode(user_and_password.encode()).decode()}"


def secret(variable: str) -> str | None:
    """An environment variable's value without a trailing line end; None if empty or not set."""
    return os.environ.get(variable, "").strip() or None


def split_model(model: str) -> tuple[str, str]:
    """Split `PROVIDER:NAME`; `rehearsal` has no name. Raises ModelError."""
    if model == REHEARSAL:
        return REHEARSAL, REHEARSAL
    provider, _, name = model.partition(":")
    if (provider in PROVIDERS or provider == OWN) and name:
        return provider, name
    raise ModelError(f"model {model!r}: unknown; {_hint(provider)}")


def is_own(model: str) -> bool:
    """Whether the string stands for a chat model that was given as an object."""
    return model.startswith(f"{OWN}:")


def _hint(provider: str) -> str:
    """A suggestion for a misspelt provider."""
    if provider in PROVIDERS:
        return f"give {provider}:NAME"
    near = get_close_matches(provider.lower(), (*PROVIDERS, REHEARSAL), 1)
    meant = near[0] if near and near[0] == REHEARSAL else "".join(f"{each}:NAME" for each in near)
    question = f"did you mean {meant}? " if meant else ""
    usual = "give PROVIDER:NAME, such as openai:NAME or vllm:NAME, or rehearsal"
    return f"{question}{usual}; docs/models.md lists the providers"


def need_logprobs(model: str) -> None:
    """Raise ModelError if a model's provider never returns logprobs."""
    if split_model(model)[0] not in (*ENDPOINTS, GGUF):
        raise ModelError(no_logprobs(model))


def no_logprobs(model: str, said: str = "") -> str:
    """The message for a model that returns no logprobs; `said` are its endpoint's words."""
    told = f"{model}: tells no probabilities (logprobs), which --judge-mode probability reads"
    return f"{told}{f' ({said})' if said else ''}; choice, score and reasoned need none"


def address_of(model: str, base_url: str | None) -> str | None:
    """The base URL where a model is called; None if it has none or the string is wrong.

    It is None, too, for models inside the process and where LangChain's client chooses the address.
    """
    provider = model.partition(":")[0]
    known = ENDPOINTS.get(provider) or INTEGRATIONS.get(provider)
    if known is None:
        return None
    address = base_url or os.environ.get(known.url_variable or "") or known.base_url
    return address and address.rstrip("/")


def endpoint_of(settings: ModelSettings) -> Endpoint | None:
    """Where the model is called; None for models that are not OpenAI-compatible.

    Raises ModelError if the model string is wrong, or its key or address is missing.
    """
    provider, name = split_model(settings.model)
    known = ENDPOINTS.get(provider)
    if known is None:
        return None
    address = address_of(settings.model, settings.base_url)
    if address is None:
        hint = "give the address of your resource, such as https://NAME.openai.azure.com"
        raise ModelError(f"model {settings.model!r}: {known.url_variable} is not set; {hint}")
    basic_auth = secret(known.basic_variable)
    key = secret(known.key_variable) or known.default_key or (basic_auth and "none")
    if key is None:
        raise ModelError(f"model {settings.model!r}: {known.key_variable} is not set; {_NO_KEY}")
    headers = tuple(resolved_headers(settings.headers).items())
    if provider == AZURE:
        endpoint = _azure(name, address, key, known)
    else:
        endpoint = Endpoint(name, address, key, known.key_variable)
    return endpoint._replace(basic_auth=basic_auth, own_headers=headers)


_NO_KEY = "for a server that asks for no key, use vllm:NAME and its base URL"


def _azure(name: str, resource: str, key: str, known: Provider) -> Endpoint:
    """Azure's endpoint: the deployment's own URL if an API version is given, else `/v1`."""
    version = os.environ.get(AZURE_VERSION)
    if resource.endswith("/openai/v1"):
        base_url, version = resource, None
    elif version:
        base_url = f"{resource}/openai/deployments/{name}"
    else:
        base_url = f"{resource}/openai/v1"
    return Endpoint(name, base_url, key, known.key_variable, is_azure=True, api_version=version)


def each_address(settings: ModelSettings) -> list[ModelSettings]:
    """The settings once for each address of the model, each with that address alone."""
    addresses = (settings.base_url, *settings.more_urls)
    alone = [{"base_url": address, "more_urls": ()} for address in addresses]
    return [settings.model_copy(update=each) for each in alone]


def base_url_of(settings: ModelSettings) -> str | None:
    """The base URL of the model's calls; None if it has none, or its client alone knows it.

    Raises ModelError as `endpoint_of` does.
    """
    endpoint = endpoint_of(settings)
    return endpoint.base_url if endpoint else address_of(settings.model, settings.base_url)


def endpoint_name(settings: ModelSettings) -> str:
    """What identifies an endpoint: its base URL, or the model string if it has none.

    Raises ModelError as `endpoint_of` does.
    """
    return base_url_of(settings) or settings.model


def endpoint_names(settings: ModelSettings) -> tuple[str, ...]:
    """The names of all endpoints of a model, without duplicates. Raises ModelError."""
    return tuple(dict.fromkeys(map(endpoint_name, each_address(settings))))
