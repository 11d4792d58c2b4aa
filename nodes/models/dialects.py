"""Dialects: which entries of a call's body a model's endpoint does not take, or calls otherwise."""

import re
from collections.abc import Mapping

from pydantic import JsonValue

from nodes.models.names import address_of
from nodes.models.request import LIMIT

Dialect = Mapping[str, str | None]
"""Entries by the names that they have in a plain call: the name to use instead, None for none."""

_REASONING = re.compile(r"(openai/)?(o[1-9]|gpt-5(?!\.|-chat))")
"""OpenAI's models that refuse to be told how to sample: the o-series, and gpt-5 but for its chat
model and its successors (5.1 and later take these again while they don't reason)."""
_REFUSED_BY_REASONING = ("temperature", "top_p", "stop")
_OTHER_LIMIT = re.compile(
    r"https?://(api\.mistral\.ai|api\.deepseek\.com|api\.together\.(xyz|ai))(/|:|$)"
)
"""Addresses that know the limit by its older name only: Mistral's refuses the newer one (422
`extra_forbidden`), DeepSeek and Together document the older one alone."""


def known_dialect(model: str, base_url: str | None) -> Dialect:
    """What is known of a model's endpoint before it is asked."""
    address = address_of(model, base_url)
    if address is None:
        return {}
    if _OTHER_LIMIT.match(address):
        return {LIMIT: "max_tokens"}
    if _REASONING.match(model.partition(":")[2]):
        return dict.fromkeys(_REFUSED_BY_REASONING)
    return {}


def params_of(dialect: Dialect, plain: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the parameters by which a plain call's body is put into a dialect."""
    params: dict[str, JsonValue] = {}
    for name, other in dialect.items():
        params[name] = None
        if other is not None and name in plain:
            params[other] = plain[name]
    return params
