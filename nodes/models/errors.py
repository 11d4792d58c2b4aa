"""Errors of model calls, as a person is shown them: on one line, without keys."""

import os
import re
import sys

from nodes.models.headers import named_variables
from nodes.models.names import base_url_of, basic
from nodes.models.openai_compatible import TIMEOUT
from nodes.models.said import words_in
from nodes.models.settings import ModelSettings
from nodes.models.told import is_late, is_unconnected, told_by

_RAISED = (
    ("openai", "APIError"),
    ("anthropic", "AnthropicError"),
    ("google.genai.errors", "APIError"),
    ("google.auth.exceptions", "GoogleAuthError"),
    ("google.api_core.exceptions", "GoogleAPIError"),
    ("botocore.exceptions", "ClientError"),
    ("botocore.exceptions", "BotoCoreError"),
    ("langchain_core.exceptions", "ModelError"),
    ("langchain_google_genai.chat_models", "ChatGoogleGenerativeAIError"),
    ("httpx", "HTTPError"),
    ("httpx2", "HTTPError"),
    ("aiohttp", "ClientError"),
    ("requests", "RequestException"),
)
"""Modules and their base classes of errors: the SDKs', LangChain's, and their HTTP clients'."""

_SECRET = re.compile(r"\b(sk-|Bearer )[\w*.-]{6,}", re.IGNORECASE)
_SECRET_VARIABLE = re.compile(r"(KEY|TOKEN|SECRET|_AK|_SK|_BASIC_AUTH)$")
_SHORTEST_SECRET = 6
_LONGEST = 1000
_ACCOUNT = re.compile(r"(?<=://)[^/\s@]+@")
"""User name and password in a URL."""


class ModelCallError(RuntimeError):
    """A model call failed; the message names the role, the model, its address, and the cause.

    A RuntimeError, because LangGraph's server passes on the messages of a few built-in classes
    only; for all others its clients read "An internal error occurred".
    """


def call_errors() -> tuple[type[Exception], ...]:
    """The exception classes that a chat model raises when its endpoint does not answer properly.

    Packages that have not been imported are skipped: they can't have raised anything.
    """
    loaded = ((sys.modules[module], name) for module, name in _RAISED if module in sys.modules)
    # ValueError and LookupError: an answer that is no chat completion (HTML, no choices).
    return ValueError, LookupError, *(getattr(module, name) for module, name in loaded)


def call_error(node: str, settings: ModelSettings, error: Exception) -> ModelCallError:
    """The ModelCallError to raise in place of one of `call_errors`."""
    base_url = base_url_of(settings)
    address = f" at {base_url}" if base_url else ""
    line = f"{node}: model {settings.model!r}{address}: {_what_happened(error)}"
    return ModelCallError(without_secrets(line))


def _what_happened(error: Exception) -> str:
    told = told_by(error)
    if told is not None:
        return f"HTTP {told.status}: {one_line(error)}"
    if is_late(error):
        return f"no answer within {TIMEOUT:g} s"
    if is_unconnected(error):
        return "no answer; is the server running, and is base_url right?"
    if isinstance(error, LookupError):
        return "an answer without choices; is base_url that of an OpenAI-compatible API?"
    return one_line(error)


def one_line(error: Exception) -> str:
    """An exception's message on one line, preferably the endpoint's own words, without keys."""
    told = told_by(error)
    said = words_in(told.body if told else getattr(error, "body", None))
    return plain_line(said or str(error) or type(error).__name__)


def plain_line(text: str) -> str:
    """A text on one line, at most 1,000 characters, without keys."""
    return without_secrets(" ".join(text.split()))[:_LONGEST]


def without_secrets(text: str) -> str:
    """A text without the keys found in the environment, or anything that looks like a key."""
    named = named_variables()
    for name, value in os.environ.items():
        if name in named or _SECRET_VARIABLE.search(name):
            for secret in _ways_to_say(name, value.strip()):
                text = text.replace(secret, "...") if len(secret) >= _SHORTEST_SECRET else text
    return _SECRET.sub(r"\1...", _ACCOUNT.sub("", text))


def _ways_to_say(name: str, value: str) -> tuple[str, ...]:
    if not name.endswith("_BASIC_AUTH"):
        return (value,)
    return value, basic(value).removeprefix("Basic "), value.partition(":")[2]
