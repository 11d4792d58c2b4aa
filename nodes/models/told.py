"""What an error of a client tells: of an answer over HTTP, or that none came.

SDKs have classes of their own for the same: OpenAI's and Anthropic's, Google's, AWS's (botocore),
and plain HTTP clients'. They are told by their attributes and names, so none has to be imported.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

_LATE = frozenset(
    {
        "APITimeoutError",  # OpenAI, Anthropic
        "TimeoutException",  # httpx
        "TimeoutError",  # aiohttp
        "Timeout",  # requests
        "ReadTimeoutError",  # botocore, this and the next
        "ConnectTimeoutError",
    }
)
_NOBODY = frozenset(
    {
        "ConnectionRefusedError",
        "ClientConnectorError",
        "ClientConnectorDNSError",
        "ConnectError",
        "EndpointConnectionError",  # botocore
        "gaierror",
    }
)
_UNCONNECTED = _NOBODY | {"APIConnectionError", "TransportError", "ClientConnectionError"}
_NO_LOGIN = frozenset(
    {
        "NoCredentialsError",  # botocore, the first four
        "PartialCredentialsError",
        "TokenRetrievalError",
        "UnauthorizedSSOTokenError",
        "DefaultCredentialsError",  # Google
    }
)
_NO_HTTP = frozenset({"BadHttpMessage"})
"""aiohttp's, for an answer that broke off or is no HTTP; its status, 400, is the client's own."""
_OF_LANGCHAIN = "langchain"
"""How its packages begin: they derive their errors from the SDKs'."""


class Told(NamedTuple):
    """An answer over HTTP that is an error."""

    name: str
    """The error's class."""
    status: int
    headers: Mapping[str, str]
    body: object
    """Parsed JSON, or text."""


def told_by(error: BaseException) -> Told | None:
    """The answer that an error, or what caused it, stands for; None if there is none."""
    if _is_one_of(error, _NO_HTTP):
        return None
    return next(filter(None, map(_told, _causes(error))), None)


def name_of(error: BaseException) -> str:
    """The error's class, where LangChain derives one from the SDK's the SDK's own."""
    own = (c for c in type(error).__mro__ if not c.__module__.startswith(_OF_LANGCHAIN))
    kind = next(own)
    return type(error).__name__ if kind in (Exception, ValueError) else kind.__name__


def is_late(error: BaseException) -> bool:
    """Whether no answer came in time."""
    return _is_one_of(error, _LATE)


def is_unreachable(error: BaseException) -> bool:
    """Whether nobody listens where the model is called."""
    return _is_one_of(error, _NOBODY)


def is_unconnected(error: BaseException) -> bool:
    """Whether nobody listens there, or the connection broke."""
    return _is_one_of(error, _UNCONNECTED)


def knows_no_login(error: BaseException) -> bool:
    """Whether the client found nothing to log in with, so that it has not even asked."""
    return _is_one_of(error, _NO_LOGIN)


def _is_one_of(error: BaseException, names: frozenset[str]) -> bool:
    return any(c.__name__ in names for each in _causes(error) for c in type(each).__mro__)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and all that it came from."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        yield error
        error = error.__cause__ or error.__context__


def _told(error: BaseException) -> Told | None:
    response: Any = getattr(error, "response", None)
    if isinstance(response, dict):
        return _of_botocore(name_of(error), cast("dict[str, Any]", response))
    found = (getattr(error, "status_code", None), getattr(error, "code", None))
    statuses = (*found, getattr(response, "status_code", None))
    status = next((int(each) for each in statuses if isinstance(each, int)), 0)
    if status < 400:
        return None
    of_error = getattr(error, "headers", None)
    headers: Mapping[str, str] = of_error or getattr(response, "headers", None) or {}
    return Told(name_of(error), status, headers, _body(error, response))


def _body(error: BaseException, response: Any) -> object:
    """What was answered, as far as the error has it."""
    for name in ("body", "details"):
        found = getattr(error, name, None)
        if isinstance(found, dict | list | str) and found:
            return cast("object", found)
    text = getattr(response, "text", None)
    if not isinstance(text, str):
        return getattr(error, "message", None) or str(error)
    try:
        return json.loads(text)
    except ValueError:
        return text


def _of_botocore(name: str, response: dict[str, Any]) -> Told | None:
    about, error = response.get("ResponseMetadata", {}), response.get("Error", {})
    body = {"message": error.get("Message"), "code": error.get("Code")}
    status = about.get("HTTPStatusCode", 0)
    return Told(name, status, about.get("HTTPHeaders", {}), body) if status >= 400 else None
