"""LangChain's own packages for providers: `anthropic:NAME` and so on become their chat models."""

import os
from collections.abc import Awaitable, Callable, Mapping
from inspect import iscoroutinefunction
from math import ceil
from typing import Any, NamedTuple

from langchain_core.language_models import BaseChatModel

from nodes.models.headers import resolved_headers
from nodes.models.names import secret, split_model
from nodes.models.packages import import_package
from nodes.models.problems import ModelError
from nodes.models.providers import INTEGRATIONS, Integration
from nodes.models.request import LIMIT, body_of
from nodes.models.settings import ModelSettings

_HEADERS = ("default_headers", "additional_headers")
"""What their classes call headers that are sent along: Anthropic's and AWS's, Google's."""
_SAMPLING = ("temperature", "top_p")
_NAMES = ("model", "model_id")
"""What their classes call a model's name."""


class Manner(NamedTuple):
    """How a client is to make each call. Nothing here changes what is answered."""

    timeout: float
    """Seconds."""
    retries: int | None = None
    """How often it tries again by itself; None for as often as it usually does."""
    streams: bool = True
    """Whether it may be asked for its answers piece by piece."""


ONCE = Manner(timeout=60.0, retries=0, streams=False)
"""For who tries again, or gives up, by themselves."""


def is_integration(settings: ModelSettings) -> bool:
    """Whether the model is called through a package of LangChain's. Raises ModelError."""
    return split_model(settings.model)[0] in INTEGRATIONS


def make_integration(settings: ModelSettings, manner: Manner) -> BaseChatModel:
    """Make the chat model of a provider's package.

    Raises ModelError if package or key are missing, or it does not take one of the settings.
    """
    provider, name = split_model(settings.model)
    known = INTEGRATIONS[provider]
    kind = _class_of(settings)
    given: dict[str, Any] = {
        next(each for each in _NAMES if each in _fields(kind)): name,
        **_arranged(kind, known, settings),
        **_as_fields(kind, manner),
        **_headers(kind, settings),
        **_trimmed_key(known),
        **_address(known, settings),
        "disable_streaming": not manner.streams,
    }
    try:
        model = kind(**given)
    except (ImportError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise ModelError(f"model {settings.model!r}: {reason}") from None
    # Some have a default of their own, which `none` must leave out.
    for name in _SAMPLING:
        if name in kind.model_fields and name not in given:
            setattr(model, name, None)
    return model


def check_integration(settings: ModelSettings) -> None:
    """Raise ModelError if package or key are missing, or it does not take one of the settings."""
    kind = _class_of(settings)
    known = INTEGRATIONS[split_model(settings.model)[0]]
    _arranged(kind, known, settings)
    _address(known, settings)
    _headers(kind, settings)


def _class_of(settings: ModelSettings) -> type[BaseChatModel]:
    """The class that the settings ask for. Raises ModelError if package or key are missing."""
    known = INTEGRATIONS[split_model(settings.model)[0]]
    if known.keys and not any(map(secret, known.keys)):
        raise ModelError(f"model {settings.model!r}: {known.keys[0]} is not set")
    what = f"LangChain's {known.chat_model.removeprefix('Endpoint')}"
    module = import_package(known.module, settings.model, what, known.install)
    kind: type[BaseChatModel] = getattr(module, known.chat_model)
    return kind


def entries_of(settings: ModelSettings) -> dict[str, Any]:
    """What a call's body has beside model and messages, the limit by LangChain's name for it."""
    return {("max_tokens" if n == LIMIT else n): value for n, value in body_of(settings).items()}


def closer_of(model: BaseChatModel) -> Callable[[], Awaitable[None]] | None:
    """What closes a model's connections; None if there is nothing: LangChain has no name for it.

    Google's and Mistral's clients have `aclose`, those of Anthropic's SDK `close`.
    """
    clients: list[Any] = [getattr(model, each, None) for each in ("async_client", "_async_client")]
    owners = [(each, "aclose") for each in (model, *clients)] + [(e, "close") for e in clients]
    found = (getattr(owner, name, None) for owner, name in owners)
    return next(filter(iscoroutinefunction, found), None)


def _arranged(
    kind: type[BaseChatModel], known: Integration, settings: ModelSettings
) -> dict[str, Any]:
    """The settings as the class takes them: as fields, or in the one that takes all others."""
    entries, fields = entries_of(settings), _fields(kind)
    own = {name: entries.pop(name) for name in list(entries) if name in fields}
    if not entries:
        return own
    if not known.others:
        named = ", ".join(entries)
        raise ModelError(f"model {settings.model!r}: its client has no entry {named}; leave it out")
    nested: dict[str, Any] = entries
    for name in reversed(known.others):
        nested = {name: nested}
    return {**own, **nested}


def _address(known: Integration, settings: ModelSettings) -> dict[str, str]:
    """Another address than the usual one, by the class's name for it."""
    if settings.base_url is None:
        return {}
    if known.address is None:
        hint = f"{known.url_variable} has it instead" if known.url_variable else "leave it out"
        raise ModelError(f"model {settings.model!r}: its client takes no --base-url; {hint}")
    return {known.address: settings.base_url}


def _headers(kind: type[BaseChatModel], settings: ModelSettings) -> dict[str, Any]:
    if not settings.headers:
        return {}
    field = next((each for each in _HEADERS if each in kind.model_fields), None)
    if field is None:
        raise ModelError(f"model {settings.model!r}: its client sends no headers of one's own")
    return {field: resolved_headers(settings.headers)}


def _trimmed_key(known: Integration) -> dict[str, str]:
    """The key, where a line end was copied along: the class itself takes it as it stands."""
    variable = next((each for each in known.keys if secret(each)), None)
    if variable is None or variable not in known.secrets:
        return {}
    key = secret(variable)
    return {} if key is None or key == os.environ[variable] else {"api_key": key}


def _as_fields(kind: type[BaseChatModel], manner: Manner) -> dict[str, Any]:
    fields = _fields(kind)
    said = {"timeout": ceil(manner.timeout), "max_retries": manner.retries}
    return {name: each for name, each in said.items() if name in fields and each is not None}


def _fields(kind: type[BaseChatModel]) -> Mapping[str, Any]:
    """The class's settings by names and aliases; keys and what all chat models have are none."""
    found: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        if name not in BaseChatModel.model_fields and "SecretStr" not in str(field.annotation):
            found |= {name: field} | ({field.alias: field} if field.alias else {})
    return found
