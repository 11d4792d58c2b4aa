"""Spent: what calls have used, by the kinds of tokens that are billed separately."""

from collections.abc import Iterable
from operator import add
from typing import NamedTuple, TypedDict

from langchain_core.messages.ai import UsageMetadata

from nodes.models.usage import Details, details_of
from nodes.state import Answer


class Tokens(TypedDict):
    """Tokens for display: None, never 0, if no endpoint reported any."""

    input_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None
    cached_tokens: int | None
    cache_written_tokens: int | None
    cache_written_1h_tokens: int | None


class Spent(NamedTuple):
    """What calls have used."""

    calls: int = 0
    untold: int = 0
    """Calls whose usage the endpoint did not report."""
    input_tokens: int = 0
    """All prompt tokens, however billed."""
    output_tokens: int = 0
    """All answer tokens."""
    reasoning_told: int = 0
    """Calls whose endpoint reported reasoning tokens."""
    reasoning_tokens: int = 0
    """Their reasoning tokens, part of the output tokens."""
    cached_told: int = 0
    """Calls whose endpoint reported cached tokens."""
    cached_tokens: int = 0
    """Their tokens read from the cache, part of the input tokens."""
    cache_written_tokens: int = 0
    """Their tokens written into the cache, another part of the input tokens."""
    cache_written_1h_tokens: int = 0
    """Those of the written tokens that are kept for an hour, not for minutes."""

    @property
    def tokens(self) -> Tokens:
        """The known tokens; calls without reported usage are not included."""
        is_known = self.untold < self.calls or not self.calls
        return {
            "input_tokens": self.input_tokens if is_known else None,
            "output_tokens": self.output_tokens if is_known else None,
            "reasoning_tokens": self.reasoning_tokens if self.reasoning_told else None,
            "cached_tokens": self.cached_tokens if self.cached_told else None,
            "cache_written_tokens": self.cache_written_tokens if self.cached_told else None,
            "cache_written_1h_tokens": self.cache_written_1h_tokens if self.cached_told else None,
        }

    @property
    def cached_share(self) -> float | None:
        """The share of all prompt tokens that came from a cache; None if no call reported it."""
        if not self.cached_told or not self.input_tokens:
            return None
        return self.cached_tokens / self.input_tokens

    def plus(self, other: "Spent") -> "Spent":
        """The sum of both."""
        return Spent._make(map(add, self, other))


NOTHING = Spent()
_KINDS = frozenset(Tokens.__annotations__) - {"input_tokens", "output_tokens"}
"""Names of the kinds of tokens in an answer."""


def spent_on(answer: Answer) -> Spent:
    """The usage of one call, from its answer."""
    given, said = answer["input_tokens"], answer["output_tokens"] or 0
    if given is None:
        return Spent(calls=1, untold=1)
    if _KINDS.isdisjoint(answer):  # most endpoints report no kinds
        return Spent(1, 0, given, said)
    return _spent(
        given,
        said,
        Details(
            answer.get("cached_tokens"),
            answer.get("cache_written_tokens"),
            answer.get("cache_written_1h_tokens"),
            answer.get("reasoning_tokens"),
        ),
    )


def spent_of(usage: UsageMetadata) -> Spent:
    """The usage of one call, from LangChain's counts."""
    return _spent(usage["input_tokens"], usage["output_tokens"], details_of(usage))


def _spent(given: int, said: int, parts: Details) -> Spent:
    return Spent(
        calls=1,
        input_tokens=given,
        output_tokens=said,
        reasoning_told=int(parts.reasoning is not None),
        reasoning_tokens=parts.reasoning or 0,
        cached_told=int(parts.cached is not None or parts.cache_written is not None),
        cached_tokens=parts.cached or 0,
        cache_written_tokens=parts.cache_written or 0,
        cache_written_1h_tokens=parts.cache_written_1h or 0,
    )


def sum_of(parts: Iterable[Spent]) -> Spent:
    """The sum of all."""
    total = NOTHING
    for part in parts:
        total = total.plus(part)
    return total
