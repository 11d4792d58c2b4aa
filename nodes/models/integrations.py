"""LangChain's provider packages: `anthropic:NAME` and so on become their chat models."""

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
from nodes.models.providers import AWS_KEY, AWS_TOKEN, INTEGRATIONS, Integration
from nodes.models.request import LIMIT, body_of
from nodes.models.settings import ModelSettings

_HEADERS = ("default_headers", "additional_headers")
"""Fields for extra headers: of Anthropic's and AWS's classes, and of Google's."""
_SAMPLING = ("temperature", "top_p")
_NAMES = ("model", "model_id")
"""Fields for a model's name."""


class Manner(NamedTuple):
    """How a client makes its calls. Nothing here affects the answers."""

    timeout: float
    """Seconds that an attempt may take."""
    retries: int | None = None
    """How often the client retries by itself; None for its own default."""
    streams: bool = True
    """Whether answers may be streamed."""


ONCE = Manner(timeout=60.0, retries=0, streams=False)
"""For callers that retry by themselves."""


def is_integration(settings: ModelSettings) -> bool:
    """Whether the model is called through one of LangChain's packages. Raises ModelError."""
    return split_model(settings.model)[0] in INTEGRATIONS


def make_integration(settings: ModelSettings, manner: Manner) -> BaseChatModel:
    """Create the chat model of a provider's package.

    Raises ModelError if the package or the key is missing, or if a setting is not supported.
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
        **_trimmed_login(known),
        **_address(known, settings),
        "disable_streaming": not manner.streams,
    }
    try:
        model = kind(**given)
    except (ImportError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise ModelError(f"model {settings.model!r}: {reason}") from None
    # Some classes have defaults of their own, which `none` must remove.
    for name in _SAMPLING:
        if name in kind.model_fields and name not in given:
            setattr(model, name, None)
    return model


def check_integration(settings: ModelSettings) -> None:
    """Raise ModelError if package or key are missing, or if a setting is not supported."""
    kind = _class_of(settings)
    known = INTEGRATIONS[split_model(settings.model)[0]]
    _arranged(kind, known, settings)
    _address(known, settings)
    _headers(kind, settings)


def _class_of(settings: ModelSettings) -> type[BaseChatModel]:
    """The provider's chat model class. Raises ModelError if package or key are missing."""
    known = INTEGRATIONS[split_model(settings.model)[0]]
    if known.keys and not any(map(secret, known.keys)):
        raise ModelError(f"model {settings.model!r}: {known.keys[0]} is not set")
    if known.takes_one_login and secret(AWS_KEY) and secret(AWS_TOKEN):
        hint = "its client takes one of them: unset the other"
        raise ModelError(f"model {settings.model!r}: {AWS_KEY} and {AWS_TOKEN} are set; {hint}")
    what = f"LangChain's {known.chat_model.removeprefix('Endpoint')}"
    module = import_package(known.module, settings.model, what, known.install)
    kind: type[BaseChatModel] = getattr(module, known.chat_model)
    return kind


def entries_of(settings: ModelSettings) -> dict[str, Any]:
    """A call's body without model and messages, with LangChain's name for the token limit."""
    return {("max_tokens" if n == LIMIT else n): value for n, value in body_of(settings).items()}


def closer_of(model: BaseChatModel) -> Callable[[], Awaitable[None]] | None:
    """A function that closes a model's connections, or None: LangChain has no common one.

    Google's and Mistral's clients have `aclose`, those of Anthropic's SDK `close`.
    """
    clients: list[Any] = [getattr(model, each, None) for each in ("async_client", "_async_client")]
    owners = [(each, "aclose") for each in (model, *clients)] + [(e, "close") for e in clients]
    found = (getattr(owner, name, None) for owner, name in owners)
    return next(filter(iscoroutinefunction, found), None)


def _arranged(
    kind: type[BaseChatModel], known: Integration, settings: ModelSettings
) -> dict[str, Any]:
    """The settings as arguments of the class: as fields, or in the one for all other entries."""
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
    """The key without a trailing line end, which the class itself would not strip."""
    variable = next((each for each in known.keys if secret(each)), None)
    if variable is None or variable not in known.secrets:
        return {}
    key = secret(variable)
    return {} if key is None or key == os.environ[variable] else {"api_key": key}


def _trimmed_login(known: Integration) -> dict[str, str]:
    """The same for what a client logs in with instead of a key: all of it, if any has one."""
    said = {variable: os.environ.get(variable, "") for variable in known.login}
    if all(text == text.strip() for text in said.values()):
        return {}
    return {known.login[name]: text.strip() for name, text in said.items() if text.strip()}


def _as_fields(kind: type[BaseChatModel], manner: Manner) -> dict[str, Any]:
    fields = _fields(kind)
    said = {"timeout": ceil(manner.timeout), "max_retries": manner.retries}
    return {name: each for name, each in said.items() if name in fields and each is not None}


def _fields(kind: type[BaseChatModel]) -> Mapping[str, Any]:
    """The class's fields by name and alias, without keys and without those of every chat model."""
    found: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        if name not in BaseChatModel.model_fields and "SecretStr" not in str(field.annotation):
            found |= {name: field} | ({field.alias: field} if field.alias else {})
    return found
