"""What a client's exception means: an HTTP error answer, or no answer at all.

Each SDK has classes of its own: OpenAI's and Anthropic's, Google's, AWS's (botocore), and plain
HTTP clients. They are recognized by attributes and names, so that none has to be imported.
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
"""aiohttp's class for an answer that broke off or is not HTTP; its status, 400, is made up by
the client."""
_GARBLED = frozenset(
    {
        "ContentEncodingError",  # aiohttp
        "DecodingError",  # httpx
    }
)
_OF_LANGCHAIN = "langchain"
"""The module prefix of LangChain's packages, which derive their errors from the SDKs'."""


class Told(NamedTuple):
    """An HTTP answer that is an error, or a redirect."""

    name: str
    """The name of the exception's class."""
    status: int
    headers: Mapping[str, str]
    body: object
    """Parsed JSON, or text."""


def told_by(error: BaseException) -> Told | None:
    """The HTTP answer behind an exception or one of its causes; None if there is none."""
    if _is_one_of(error, _NO_HTTP):
        return None
    return next(filter(None, map(_told, _causes(error))), None)


def name_of(error: BaseException) -> str:
    """The class name of an exception; for LangChain's subclasses, that of the SDK's class."""
    own = (c for c in type(error).__mro__ if not c.__module__.startswith(_OF_LANGCHAIN))
    kind = next(own)
    return type(error).__name__ if kind in (Exception, ValueError) else kind.__name__


def is_late(error: BaseException) -> bool:
    """Whether the call timed out."""
    return _is_one_of(error, _LATE)


def is_unreachable(error: BaseException) -> bool:
    """Whether nothing listens at the model's address."""
    return _is_one_of(error, _NOBODY)


def is_unconnected(error: BaseException) -> bool:
    """Whether nothing listens there, or the connection broke."""
    return _is_one_of(error, _UNCONNECTED)


def is_garbled(error: BaseException) -> bool:
    """Whether an answer came that is not compressed as it says."""
    return _is_one_of(error, _GARBLED)


def knows_no_login(error: BaseException) -> bool:
    """Whether the client found no credentials, so that it sent nothing."""
    return _is_one_of(error, _NO_LOGIN)


def _is_one_of(error: BaseException, names: frozenset[str]) -> bool:
    return any(c.__name__ in names for each in _causes(error) for c in type(each).__mro__)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and all its causes."""
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
    if status < 300:
        return None
    of_error = getattr(error, "headers", None)
    headers: Mapping[str, str] = of_error or getattr(response, "headers", None) or {}
    return Told(name_of(error), status, headers, _body(error, response))


def _body(error: BaseException, response: Any) -> object:
    """The body of the answer, as far as the exception has it."""
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
