"""Dialects: which entries of a call's body a model's endpoint does not take, or calls otherwise."""

import re
from collections.abc import Mapping

from pydantic import JsonValue

from nodes.models.names import address_of
from nodes.models.providers import INTEGRATIONS
from nodes.models.request import LIMIT

Dialect = Mapping[str, str | None]
"""Entries by the names that they have in a plain call: the name to use instead, None for none."""

_REASONING = re.compile(r"(openai/)?(o[1-9]|gpt-5(?!\.|-chat))")
"""OpenAI's models that refuse to be told how to sample: the o-series, and gpt-5 but for its chat
model and its successors (5.1 and later take these again while they don't reason)."""
_REFUSED_BY_REASONING = ("temperature", "top_p", "stop")
_SAMPLING = ("temperature", "top_p")
_FIXED_SAMPLING = re.compile(
    r"claude-(opus-4[-.][7-9]|(opus|sonnet|haiku)-[5-9]|fable|mythos)"
    r"|gemini-3\.(5-flash-lite|6-flash)"
)
"""Models that sample as they will: Claude from Opus 4.7 on, and some of Gemini's. (LangChain's
profiles of them, at 1.7 and 4.4, say so.)"""
_OTHER_LIMIT = re.compile(
    r"https?://(api\.(mistral|perplexity|cohere)\.ai|api\.deepseek\.com|api\.together\.(xyz|ai)"
    r"|integrate\.api\.nvidia\.com)(/|:|$)"
)
"""Addresses that know the limit by its older name only: Mistral's refuses the newer one (422
`extra_forbidden`), the others document the older one alone."""


def known_dialect(model: str, base_url: str | None) -> Dialect:
    """What is known of a model's endpoint before it is asked."""
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
    """What is known of a model that a package of LangChain's calls."""
    if _FIXED_SAMPLING.search(name):
        return dict.fromkeys(_SAMPLING)
    # From Opus 4.1 on Claude refuses both together; the paper's top_p of 1 says nothing anyway.
    return {"top_p": None} if "claude" in name else {}


def params_of(dialect: Dialect, plain: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the parameters by which a plain call's body is put into a dialect."""
    params: dict[str, JsonValue] = {}
    for name, other in dialect.items():
        params[name] = None
        if other is not None and name in plain:
            params[other] = plain[name]
    return params
