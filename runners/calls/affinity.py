"""Affinity: tells an endpoint, or a router in front of it, which calls belong to one row.

The shared beginning of a row's prompts is in the cache of one machine only, so its calls should all
go there. Affinity does not affect answers, so the journal ignores it.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from hashlib import sha256
from typing import Any, NamedTuple

from langchain_core.messages import BaseMessage

from nodes.models.prefixes import begin_alike, is_openai

CURRENT_ROW: ContextVar[str | None] = ContextVar("row", default=None)
"""The id of the row being evolved; None for a call that belongs to no row."""
_DIGITS = 32
"""Digits of a row's key: OpenAI takes up to 64."""


class Affinity(NamedTuple):
    """How a row's calls are marked as belonging together."""

    header: str | None = None
    """The header that a router goes by; None for no header."""

    def entries(self, endpoint: str, messages: Sequence[BaseMessage]) -> dict[str, Any]:
        """Additional arguments of a call, by the SDK's names; `endpoint` is its address.

        At OpenAI, prompts with shared beginnings get its own `prompt_cache_key`.
        """
        row, is_keyed = CURRENT_ROW.get(), is_openai(endpoint) and begin_alike(messages)
        if row is None or (self.header is None and not is_keyed):
            return {}
        key = sha256(row.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
        header = {} if self.header is None else {"extra_headers": {self.header: key}}
        return {**header, "prompt_cache_key": key} if is_keyed else header
