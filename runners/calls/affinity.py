"""Affinity: what tells an endpoint, or a router before it, which calls belong to one row.

What a row's prompts begin with is read once only where its calls come to the same machine. None of
it is part of the answer: the journal does not know it.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from hashlib import sha256
from typing import Any, NamedTuple

from langchain_core.messages import BaseMessage

from nodes.models.prefixes import begin_alike, is_openai

CURRENT_ROW: ContextVar[str | None] = ContextVar("row", default=None)
"""The id of the row that is evolved; None for calls of no row."""
_DIGITS = 32
"""Of a row's key: OpenAI takes up to 64."""


class Affinity(NamedTuple):
    """How calls are marked as one row's."""

    header: str | None = None
    """The header that a router goes by; None for none."""

    def entries(self, endpoint: str, messages: Sequence[BaseMessage]) -> dict[str, Any]:
        """What a call carries besides, by the SDK's names; `endpoint` is its address.

        OpenAI's own `prompt_cache_key` goes with prompts that begin alike.
        """
        row, is_keyed = CURRENT_ROW.get(), is_openai(endpoint) and begin_alike(messages)
        if row is None or (self.header is None and not is_keyed):
            return {}
        key = sha256(row.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
        header = {} if self.header is None else {"extra_headers": {self.header: key}}
        return {**header, "prompt_cache_key": key} if is_keyed else header
