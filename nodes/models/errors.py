"""Errors of calls to a model, as a person is told them: on one line, without keys."""

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
"""Modules and their classes: the SDKs', LangChain's, and of what these speak HTTP with."""

_SECRET = re.compile(r"\b(sk-|Bearer )[\w*.-]{6,}", re.IGNORECASE)
_SECRET_VARIABLE = re.compile(r"(KEY|TOKEN|SECRET|_AK|_SK|_BASIC_AUTH)$")
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

    An error of a package that nobody has imported can't have come.
    """
    loaded = ((sys.modules[module], name) for module, name in _RAISED if module in sys.modules)
    # ValueError and LookupError: an answer that is no chat completion (HTML, no choices).
    return ValueError, LookupError, *(getattr(module, name) for module, name in loaded)


def call_error(node: str, settings: ModelSettings, error: Exception) -> ModelCallError:
    """The error to raise in place of one of `call_errors`."""
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
    """An error's message on one line, in the endpoint's words if it has said any, without keys."""
    told = told_by(error)
    said = words_in(told.body if told else getattr(error, "body", None))
    return plain_line(said or str(error) or type(error).__name__)


def plain_line(text: str) -> str:
    """A text on one line, at most 1,000 characters, without keys."""
    return without_secrets(" ".join(text.split()))[:_LONGEST]


def without_secrets(text: str) -> str:
    """A text without the keys that stand in the environment, and without what looks like one."""
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
