"""Builds the OpenAI SDK's errors from HTTP answers.

Importing the SDK takes half a second, so this is imported when the first error occurs.
"""

from typing import Any, cast

import httpx2
import openai
import orjson

_ERRORS: dict[int, type[openai.APIStatusError]] = {
    400: openai.BadRequestError,
    401: openai.AuthenticationError,
    403: openai.PermissionDeniedError,
    404: openai.NotFoundError,
    409: openai.ConflictError,
    422: openai.UnprocessableEntityError,
    429: openai.RateLimitError,
}


def connection_error(url: str, error: Exception) -> openai.APIConnectionError:
    """The SDK's error for a failed connection."""
    return openai.APIConnectionError(message=str(error), request=httpx2.Request("POST", url))


def status_error(
    url: str, status: int, headers: dict[str, str], answer: bytes
) -> openai.APIStatusError:
    """The SDK's error for an HTTP status."""
    try:
        told = orjson.loads(answer)
    except orjson.JSONDecodeError:
        told = answer.decode(errors="replace")
    body: object = (
        cast("dict[str, Any]", told).get("error", told) if isinstance(told, dict) else told
    )
    response = httpx2.Response(status, headers=headers, request=httpx2.Request("POST", url))
    return error_class(status)(f"HTTP {status}", response=response, body=body)


def error_class(status: int) -> type[openai.APIStatusError]:
    """The SDK's class for an HTTP status."""
    other = openai.InternalServerError if status >= 500 else openai.APIStatusError
    return _ERRORS.get(status, other)
