"""Errors of calls to a model, as a person is told them: on one line, without keys."""

import os
import re

from nodes.models.names import endpoint_of
from nodes.models.openai_compatible import TIMEOUT
from nodes.models.said import words_in
from nodes.models.settings import ModelSettings

_SECRET = re.compile(r"\b(sk-|Bearer )[\w*.-]{6,}", re.IGNORECASE)
_SECRET_VARIABLE = re.compile(r"(KEY|TOKEN|SECRET|_AK|_SK)$")
_SHORTEST_SECRET = 6
_LONGEST = 1000
_ACCOUNT = re.compile(r"(?<=://)[^/\s@]+@")
"""Name and password in an address."""


class ModelCallError(RuntimeError):
    """A call that a model did not answer; the message says whose, to whom, and what came of it.

    A RuntimeError, since LangGraph's server shows its clients the messages of a few built-in
    classes only; of any other they read "An internal error occurred".
    """


def call_errors() -> tuple[type[Exception], ...]:
    """The classes of what a chat model raises when its endpoint does not answer as it should.

    They are imported when an error has come: it takes a second, and most runs see none.
    """
    import httpx
    import openai

    # ValueError and LookupError: an answer that is no chat completion (HTML, no choices).
    return openai.APIError, httpx.HTTPError, ValueError, LookupError


def call_error(node: str, settings: ModelSettings, error: Exception) -> ModelCallError:
    """The error to raise in place of one of `call_errors`."""
    endpoint = endpoint_of(settings)
    address = f" at {endpoint.base_url}" if endpoint else ""
    line = f"{node}: model {settings.model!r}{address}: {_what_happened(error)}"
    return ModelCallError(without_secrets(line))


def _what_happened(error: Exception) -> str:
    import openai

    if isinstance(error, openai.APIStatusError):
        return f"HTTP {error.status_code}: {one_line(error)}"
    if isinstance(error, openai.APITimeoutError):
        return f"no answer within {TIMEOUT:g} s"
    if isinstance(error, openai.APIConnectionError):
        return "no answer; is the server running, and is base_url right?"
    if isinstance(error, LookupError):
        return "an answer without choices; is base_url that of an OpenAI-compatible API?"
    return one_line(error)


def one_line(error: Exception) -> str:
    """An error's message on one line, in the endpoint's words if it has said any, without keys."""
    import openai

    text = error.message if isinstance(error, openai.APIError) else str(error)
    said = words_in(error.body) if isinstance(error, openai.APIError) else ""
    return plain_line(said or text or type(error).__name__)


def plain_line(text: str) -> str:
    """A text on one line, at most 1,000 characters, without keys."""
    return without_secrets(" ".join(text.split()))[:_LONGEST]


def without_secrets(text: str) -> str:
    """A text without the keys that stand in the environment, and without what looks like one."""
    for name, value in os.environ.items():
        if _SECRET_VARIABLE.search(name) and len(value) >= _SHORTEST_SECRET:
            text = text.replace(value, "...")
    return _SECRET.sub(r"\1...", _ACCOUNT.sub("", text))
