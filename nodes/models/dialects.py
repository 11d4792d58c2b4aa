"""Dialects: parameters that a model's endpoint rejects, or knows under another name."""

import re
from collections.abc import Mapping

from pydantic import JsonValue

from nodes.models.names import address_of
from nodes.models.providers import INTEGRATIONS
from nodes.models.request import LIMIT

Dialect = Mapping[str, str | None]
"""By parameter name in a plain call: the name to send instead, or None to leave it out."""

_REASONING = re.compile(r"(openai/)?(o[1-9]|gpt-5(?!\.|-chat))")
"""OpenAI's models that reject sampling parameters: the o-series, and gpt-5 except its chat model
and its successors (5.1 and later accept them again while they don't reason)."""
_REFUSED_BY_REASONING = ("temperature", "top_p", "stop")
_SAMPLING = ("temperature", "top_p")
_FIXED_SAMPLING = re.compile(
    r"claude-(opus-4[-.][7-9]|(opus|sonnet|haiku)-[5-9]|fable|mythos)"
    r"|gemini-3\.(5-flash-lite|6-flash)"
)
"""Models whose sampling can't be set: Claude from Opus 4.7 on, and some of Gemini's. (According
to LangChain's model profiles, at 1.7 and 4.4.)"""
_OTHER_LIMIT = re.compile(
    r"https?://(api\.(mistral|perplexity|cohere)\.ai|api\.deepseek\.com|api\.together\.(xyz|ai)"
    r"|integrate\.api\.nvidia\.com)(/|:|$)"
)
"""Addresses that know the token limit only by its older name: Mistral's rejects the newer one
(422 `extra_forbidden`), the others document only the older one."""


def known_dialect(model: str, base_url: str | None) -> Dialect:
    """What is known about a model's endpoint before the first call."""
    provider, _, name = model.partition(":")
    if provider in INTEGRATIONS:
        return _dialect_of_sdk(name)
    address = address_of(model, base_url)
    if address is None:
        return {}
    if _OTHER_LIMIT.match(address):
        return {LIMIT: "max_tokens"}
    if _REASONING.match(name):
        return dict.fromkeys(_REFUSED_BY_REASONING)
    return {}


def _dialect_of_sdk(name: str) -> Dialect:
    """What is known about a model that is called through one of LangChain's packages."""
    if _FIXED_SAMPLING.search(name):
        return dict.fromkeys(_SAMPLING)
    # From Opus 4.1 on, Claude rejects temperature and top_p together; the paper's top_p of 1 has no
    # effect anyway.
    return {"top_p": None} if "claude" in name else {}


def params_of(dialect: Dialect, plain: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The parameters that translate a plain call's body into a dialect."""
    params: dict[str, JsonValue] = {}
    for name, other in dialect.items():
        params[name] = None
        if other is not None and name in plain:
            params[other] = plain[name]
    return params
